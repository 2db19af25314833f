/** What administrators do with groups, of several test files. */
import { createSession } from '../../../storage/sessions.ts';
import type { GivenRole } from '../../../storage/standing.ts';
import { registerUser } from '../../../storage/users.ts';
import { BY_SETTING, DOCUMENT, type Fixture } from './command-fixture.ts';

/** The administrator of the setting has shown who they are. */
const ROOT = 'root';
const FOREVER = Number.MAX_SAFE_INTEGER;

interface Part {
  readonly group: string;
  readonly person: string;
}

async function confirmed({ db, now }: Fixture) {
  const id = `of root at ${now}`;
  await createSession(db, { id, user: ROOT, at: now, expiresAt: FOREVER });
  await db.updateTable('session').set({ confirmed_at: now }).where('id', '=', id).execute();
  return { isNamed: true, session: id };
}

export async function createGroup(
  fixture: Fixture,
  group: string,
  people: readonly string[] = [],
): Promise<void> {
  const input = { group, name: `Group ${group}`, by: BY_SETTING };
  await fixture.do(ROOT, { name: 'group:create', input });
  for (const person of people) {
    await registerUser(fixture.db, { id: person, at: 0 });
    await joinGroup(fixture, { group, person });
  }
}

export async function joinGroup(fixture: Fixture, part: Part): Promise<void> {
  const input = { ...part, by: await confirmed(fixture) };
  await fixture.do(ROOT, { name: 'group:join', input });
}

export async function leaveGroup(fixture: Fixture, part: Part): Promise<void> {
  await fixture.do(ROOT, { name: 'group:leave', input: { ...part, by: BY_SETTING } });
}

/** As the owner, who is in no group. */
export async function shareWithGroup(
  fixture: Fixture,
  {
    group,
    role,
    document = DOCUMENT,
    by = 'ada',
  }: {
    readonly group: string;
    readonly role: GivenRole | null;
    readonly document?: string;
    readonly by?: string;
  },
): Promise<void> {
  await fixture.do(by, { name: 'group:share', input: { document, group, role, isNamed: true } });
}
