import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { CommandAnswer } from '../commands/command-runner.ts';
import { SHARING } from '../storage/limits.ts';
import { addIdentity } from '../storage/identities.ts';
import { putInvited } from '../storage/invited-addresses.ts';
import { createUser } from '../storage/users.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { AddressClaims } from './address-claims.ts';

const DONE: CommandAnswer = { kind: 'done', repeated: false, positions: [], events: 1 };

/** Something was given in "plan" to Ned's address, which is verified. */
async function scene(answer: Promise<CommandAnswer>) {
  const db = await temporaryDatabase();
  const clock = new ManualClock();
  const at = clock.now();
  await createUser(db, { id: 'ned', name: 'Ned', color: 1, at });
  const email = { issuer: 'email', subject: 'ned@example.org', credential: 'hash' };
  await addIdentity(db, { ...email, user: 'ned', at, verifiedAt: at });
  await putInvited(db, {
    ...{ document: 'plan', address: 'ned@example.org', role: 'viewer', invited_by: 'ada' },
    ...{ at, expires_at: at + 1_000_000 },
  });
  const ran: string[] = [];
  const run = async ({ command }: { readonly command: { readonly name: string } }) => {
    ran.push(command.name);
    return await answer;
  };
  return { claims: new AddressClaims({ db, runner: { run }, clock, issuers: [] }), clock, ran };
}

test('IA2 an opening claims what was given to the person, and nothing where there is nothing', async () => {
  const { claims, ran } = await scene(Promise.resolve(DONE));
  expect(await claims.opening('plan', 'ned')).toBe(true);
  expect(await claims.opening('plan', 'eve')).toBe(false);
  expect(await claims.opening('other', 'ned')).toBe(false);
  expect(ran).toEqual(['address:claim']);
});

test('IA2 an opening does not wait forever for a disk that accepts nothing', async () => {
  const { claims, clock, ran } = await scene(new Promise(() => undefined));
  const opening = claims.opening('plan', 'ned').catch((error: unknown) => error);
  await expect.poll(() => ran).toHaveLength(1);
  await clock.advanceAsync(SHARING.claimTimeoutMs);
  const again = claims.opening('plan', 'ned').catch((error: unknown) => error);
  await expect.poll(() => clock.pending).toBe(1);
  await clock.advanceAsync(SHARING.claimTimeoutMs);
  expect(await again).toMatchObject({ name: 'StorageError' });
  expect(ran).toHaveLength(1);
  expect(await opening).toMatchObject({ name: 'StorageError', retryable: true });
});
