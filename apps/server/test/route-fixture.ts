/** A document in each place of `route-table.ts`, and people with each part in them. */
import { ulid } from 'ulid';
import * as Y from 'yjs';
import type { Call } from '@tandem/protocol';
import { command, newDocument, runCommand } from './event-client.ts';
import { putFile, storedIn } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { freePort } from './provider-sign-in.ts';
import { CALLERS, type Caller, type Party, type Place, type Subject } from './route-table.ts';
import type { AtEnd, RunningServer } from './running-server.ts';
import { signIn, withCookie, type SignedIn } from './signed-in.ts';
import { PASSWORD, postToAccount, signUp, type SignedUp } from './signed-up.ts';

/** Settings of a server that knows a way to verify addresses (IA2), which nobody uses. */
export async function verifyingAddresses(): Promise<Readonly<Record<string, string>>> {
  const port = String(await freePort());
  const provider = {
    ...{ id: 'unused', name: 'Unused', issuer: 'https://id.example.org' },
    ...{ clientId: 'tandem', clientSecret: 'secret' },
  };
  const OIDC_PROVIDERS = JSON.stringify([provider]);
  return { PORT: port, PUBLIC_URL: `http://localhost:${port}`, OIDC_PROVIDERS };
}

/** In each title and in each file: people who are refused never get it. */
export const SECRET = 'Lantern';

export interface RouteFixture {
  readonly people: { readonly [C in Exclude<Caller, 'nobody'>]: SignedIn };
  readonly subjects: { readonly [P in Place]: Subject };
}

/** Its first account, who signs in again when a test has ended the session. */
export class Administrator {
  readonly #server: RunningServer;
  readonly #email: string;
  #session: SignedIn;

  private constructor(server: RunningServer, person: SignedUp) {
    this.#server = server;
    this.#email = person.email;
    this.#session = person;
  }

  static async signUp(server: RunningServer): Promise<Administrator> {
    const session = await signUp(server);
    return new Administrator(server, session);
  }

  async session(): Promise<SignedIn> {
    if ((await this.#session.fetch('/api/me')).status === 200) return this.#session;
    const credentials = { email: this.#email, password: PASSWORD };
    const somebody = await signIn(this.#server);
    const answer = await postToAccount(somebody, 'sign-in', credentials);
    this.#session = await withCookie(this.#server, answer);
    return this.#session;
  }
}

export interface Of {
  readonly server: RunningServer;
  readonly administrator: Administrator;
}

export async function createParty(
  party: Party,
  { server, administrator }: Of,
): Promise<SignedIn | null> {
  if (party === 'nobody') return null;
  if (party === 'guest') return await signIn(server);
  return party === 'account' ? await signUp(server) : await administrator.session();
}

/** Guests own documents, too, but invite nobody (IA1). */
const PARTY_OF: { readonly [C in Caller]?: Party } = {
  owner: 'account',
  administrator: 'administrator',
};

export async function createRouteFixture({
  atEnd,
  ...of
}: Of & { readonly atEnd: AtEnd }): Promise<RouteFixture> {
  const { server } = of;
  const signedIn = CALLERS.filter((caller) => caller !== 'nobody').map(async (caller) => {
    const party = PARTY_OF[caller] ?? 'guest';
    return [caller, await createParty(party, of)] as const;
  });
  const people = Object.fromEntries(await Promise.all(signedIn)) as RouteFixture['people'];
  const owner = await NativeClient.onAuthenticated(server, { guest: people.owner, atEnd });
  const run = (call: Call) => runCommand(owner, command(call));

  // Roles can be given only to people whom the owner has met.
  const meeting = newDocument();
  await run({ name: 'document:create', input: { document: meeting } });
  for (const guest of Object.values(people)) {
    const client = await NativeClient.onAuthenticated(server, { guest, atEnd });
    await client.open(meeting);
    client.socket.close();
  }

  /** With one row, one file, and a document inside. */
  const write = async (parent?: string): Promise<Subject> => {
    const document = newDocument();
    const input = { document, title: SECRET, ...(parent === undefined ? {} : { parent }) };
    await run({ name: 'document:create', input });
    await run({
      name: 'document:create',
      input: { document: newDocument(), title: SECRET, parent: document },
    });
    const { channel } = await owner.open(document);
    owner.send({ type: 'update', channel, cseq: 1, update: firstUpdate() });
    await owner.next('ack', (ack) => ack.channel === channel);
    const put = { to: server, by: people.owner, at: document, name: SECRET };
    const { id } = await storedIn(await putFile(SECRET, put));
    return { document, file: id };
  };
  const share = async ({ document }: Subject): Promise<void> => {
    await run({ name: 'link:change', input: { document, link: 'off' } });
    for (const role of ['editor', 'commenter', 'viewer'] as const)
      await run({ name: 'member:change', input: { document, user: people[role].user.id, role } });
    const { id: user } = people.former.user;
    await run({ name: 'member:change', input: { document, user, role: 'editor' } });
    await run({ name: 'member:remove', input: { document, user } });
  };
  const shared = async (): Promise<Subject> => {
    const subject = await write();
    await share(subject);
    return subject;
  };
  const inside = async (): Promise<readonly [around: string, Subject]> => {
    const { document } = await shared();
    return [document, await write(document)];
  };

  const [, restricted] = await inside();
  const { document } = restricted;
  await run({ name: 'document:restrict', input: { document, isRestricted: true } });
  const [inTrash, purged] = [await shared(), await shared()];
  const [around, insideTrash] = await inside();
  for (const trashed of [inTrash.document, purged.document, around])
    await run({ name: 'document:trash', input: { document: trashed } });
  await run({ name: 'document:purge', input: { document: purged.document } });
  return {
    people,
    subjects: {
      shared: await shared(),
      'inside a shared one': (await inside())[1],
      restricted,
      'in the trash': inTrash,
      'inside one in the trash': insideTrash,
      purged,
      missing: { document: newDocument(), file: ulid() },
    },
  };
}

function firstUpdate(): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('meta').set('schemaVersion', 1);
  return Y.encodeStateAsUpdate(doc);
}
