/** Adding people by name and by address, over HTTP and the wire (PE3, IA1 to IA4). */
import { beforeAll, describe, expect, test } from 'vitest';
import { directoryPeople, invitedAddresses } from '@tandem/protocol/directory';
import type { Role } from '@tandem/protocol';
import { command, create, newDocument, runCommand, subscribe } from './event-client.ts';
import { startIdentityProvider } from './identity-provider.ts';
import { MailSink } from './mail-sink.ts';
import { NativeClient } from './native-client.ts';
import { freePort, personOf, signedInBy } from './provider-sign-in.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, withCookie, type SignedIn } from './signed-in.ts';
import { newAddress, PASSWORD, postToAccount, signUp, type SignedUp } from './signed-up.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const PUBLIC_URL = 'https://docs.example.org';
const atEnd = atEndOfFile();
let sink: MailSink;
let server: RunningServer;

beforeAll(async () => {
  sink = await MailSink.start(atEnd);
  server = await RunningServer.start(
    { SMTP_URL: sink.url, MAIL_FROM: 'tandem@example.org', PUBLIC_URL, DIRECTORY: 'accounts' },
    atEnd,
  );
});

const at = (document: string, rest = '') => `/api/documents/${document}/invited${rest}`;
const invite = async (by: SignedIn, document: string, email: string, role: Role = 'editor') =>
  await by.fetch(at(document), { method: 'POST', body: { email, role } });
const withdraw = async (by: SignedIn, document: string, email: string) =>
  await by.fetch(at(document, '/withdraw'), { method: 'POST', body: { email } });
const list = async (by: SignedIn, document: string) =>
  invitedAddresses.parse(await (await by.fetch(at(document))).json());
const mayRead = async (by: SignedIn, document: string) =>
  (await by.fetch(`/api/documents/${document}`)).status === 200;

async function refusedOpening(socket: NativeClient, document: string): Promise<string> {
  socket.send({ type: 'open', channel: 0, ref: 9, document, client: 7 });
  return (await socket.next('closed', ({ ref }) => ref === 9)).error.code;
}

async function verify(person: SignedUp): Promise<void> {
  expect((await postToAccount(person, 'verification', {})).status).toBe(204);
  const tokens = () =>
    sink.to(person.email).flatMap(({ text }) => /#verify=([\w-]{43})$/m.exec(text)?.[1] ?? []);
  await expect.poll(tokens).toHaveLength(1);
  const [token] = tokens();
  const body = { token, as: person.user.id };
  expect((await postToAccount(person, 'verification/finish', body)).status).toBe(204);
}

/** Ada owns a document whose link is off. */
async function scene(on = server) {
  const ada = await signUp(on);
  const owner = await NativeClient.onAuthenticated(on, { guest: ada });
  const document = newDocument();
  await runCommand(owner, create(document));
  const off = { name: 'link:change', input: { document, link: 'off' } } as const;
  await runCommand(owner, command(off));
  return { ada, owner, document };
}

describe('IA1 an invited address', () => {
  test('is answered, listed and mailed in the same way, whether or not somebody has it', async () => {
    const { ada, document } = await scene();
    const ned = await signUp(server);
    await verify(ned);
    const seen: unknown[] = [];
    for (const email of [ned.email, newAddress()]) {
      const mails = sink.to(email).length;
      const answer = await invite(ada, document, email);
      const { subject, text } = await sink.next(email, mails + 1);
      const { invited } = await list(ada, document);
      const entry = invited.find((of) => of.email === email)!;
      seen.push({
        ...{ status: answer.status, text: await answer.text(), subject, mail: text },
        headers: [...answer.headers.keys()].toSorted(),
        entry: { ...entry, email: '', invitedAt: 0, expiresAt: entry.expiresAt - entry.invitedAt },
      });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toMatchObject({
      status: 204,
      entry: { role: 'editor', expiresAt: 30 * 86_400_000 },
    });
    // The person has done nothing yet.
    expect(await mayRead(ned, document)).toBe(false);
  });

  test('is for those who may share, with an account, and for addresses', async () => {
    const { ada, owner, document } = await scene();
    const [ed, eve] = [await signUp(server), await signUp(server)];
    for (const who of [ed, eve])
      for (const answer of [
        await invite(who, document, newAddress()),
        await withdraw(who, document, newAddress()),
        await who.fetch(at(document)),
      ])
        expect(answer.status).toBe(404);
    const input = { document, user: ed.user.id, role: 'editor' } as const;
    await runCommand(owner, command({ name: 'member:change', input }));
    expect((await invite(ed, document, newAddress())).status).toBe(403);
    expect((await ed.fetch(at(document))).status).toBe(403);
    for (const email of ['nobody', '', 'a@b@c', `${'a'.repeat(300)}@example.org`])
      expect((await invite(ada, document, email)).status).toBe(400);
    expect((await invite(ada, document, newAddress(), 'owner')).status).toBe(400);
    const guest = await signIn(server);
    const socket = await NativeClient.onAuthenticated(server, { guest });
    const own = newDocument();
    await runCommand(socket, create(own));
    expect((await invite(guest, own, newAddress())).status).toBe(403);
    expect(await list(guest, own)).toMatchObject({
      ...{ addresses: 'account-needed', directory: 'contacts', invited: [] },
    });
    expect(await list(ada, document)).toMatchObject({ addresses: 'mailed', directory: 'accounts' });
  });

  test('is not there, and none is offered, where the server verifies none', async () => {
    const plain = await RunningServer.start({ DIRECTORY: 'off' });
    const { ada, document } = await scene(plain);
    expect(await list(ada, document)).toEqual({ addresses: 'off', directory: 'off', invited: [] });
    expect((await invite(ada, document, newAddress())).status).toBe(403);
  });
});

describe('IA2 the person of an address', () => {
  test('has the role once they open the document, on every connection, and not before', async () => {
    const { ada, owner, document } = await scene();
    const ned = await signUp(server);
    await verify(ned);
    await subscribe(owner, `sharing:${document}`);
    const socket = await NativeClient.onAuthenticated(server, { guest: ned });
    await subscribe(socket, 'inbox');
    await subscribe(socket, 'library');
    expect((await invite(ada, document, ` ${ned.email.toUpperCase()} `)).status).toBe(204);
    // Being there, and asking for other things, claims nothing.
    for (const path of ['/api/me', '/api/documents', '/api/account', `/api/documents/${document}`])
      await ned.fetch(path);
    await ned.fetch('/api/session', { method: 'POST', body: {} });
    expect((await list(ada, document)).invited).toHaveLength(1);
    const { access } = await socket.open(document, { client: 2 });
    expect(access).toBe('edit');
    const { events } = await owner.next('events', (of) =>
      of.events.some(({ name }) => name === 'member:changed'),
    );
    expect(events).toMatchObject([{ member: { user: { id: ned.user.id }, role: 'editor' } }]);
    const inbox = await socket.next('events', (of) =>
      of.events.some(({ name }) => name === 'notification:listed'),
    );
    expect(inbox.events).toMatchObject([
      { notifications: [{ kind: 'share', by: { id: ada.user.id } }] },
    ]);
    expect((await list(ada, document)).invited).toEqual([]);
    expect(await mayRead(ned, document)).toBe(true);
    const remove = { document, user: ned.user.id };
    const beganMs = performance.now();
    await runCommand(owner, command({ name: 'member:remove', input: remove }));
    await socket.next('closed');
    expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
    await expect.poll(() => mayRead(ned, document)).toBe(false);
  });

  test('who came by the link has more from the next opening on', async () => {
    const { ada, owner, document } = await scene();
    await runCommand(owner, command({ name: 'link:change', input: { document, link: 'view' } }));
    const ned = await signUp(server);
    await verify(ned);
    const socket = await NativeClient.onAuthenticated(server, { guest: ned });
    expect(await socket.open(document, { client: 2 })).toMatchObject({ access: 'view' });
    await invite(ada, document, ned.email);
    const again = await NativeClient.onAuthenticated(server, { guest: ned });
    expect(await again.open(document, { client: 3 })).toMatchObject({ access: 'edit' });
    await socket.next('document:changed', (of) => of.access === 'edit');
  });

  test('who may read a document inside has more there from the next opening on, unless it is restricted', async () => {
    const { ada, owner, document } = await scene();
    const ned = await signUp(server);
    await verify(ned);
    await runCommand(owner, command({ name: 'link:change', input: { document, link: 'view' } }));
    const [inside, restricted] = [newDocument(), newDocument()];
    for (const id of [inside, restricted]) {
      const input = { document: id, parent: document };
      await runCommand(owner, command({ name: 'document:create', input }));
    }
    const restrict = { document: restricted, isRestricted: true };
    await runCommand(owner, command({ name: 'document:restrict', input: restrict }));
    const view = { document: restricted, link: 'view' } as const;
    await runCommand(owner, command({ name: 'link:change', input: view }));
    const accessTo = async (id: string) => {
      const socket = await NativeClient.onAuthenticated(server, { guest: ned });
      return (await socket.open(id, { client: 2 })).access;
    };
    // From here on the server has both in its cache.
    expect([await accessTo(inside), await accessTo(restricted)]).toEqual(['view', 'view']);
    await invite(ada, document, ned.email);
    expect(await accessTo(restricted)).toBe('view');
    expect((await list(ada, document)).invited).toHaveLength(1);
    await expect.poll(() => accessTo(inside), { timeout: PROMISED_SECOND_MS }).toBe('edit');
    expect((await list(ada, document)).invited).toEqual([]);
  });

  test('tells nobody that they are here by signing in or verifying the address', async () => {
    const { ada, document } = await scene();
    const email = newAddress();
    await invite(ada, document, email);
    const ned = await signUp(server, { email });
    await ned.fetch('/api/me', { method: 'PATCH', body: { name: 'Wilhelmina Quince' } });
    const socket = await NativeClient.onAuthenticated(server, { guest: ned });
    expect(await refusedOpening(socket, document)).toBe('not-found');
    await verify(ned);
    const answer = await postToAccount(await signIn(server), 'sign-in', {
      email,
      password: PASSWORD,
    });
    const again = await withCookie(server, answer);
    const other = await NativeClient.onAuthenticated(server, { guest: again });
    await runCommand(other, create(newDocument()));
    expect((await list(ada, document)).invited).toMatchObject([{ email }]);
    const found = async () => {
      const body: unknown = await (await ada.fetch('/api/directory?search=quince')).json();
      return directoryPeople.parse(body).people.map(({ met }) => met?.document.id ?? null);
    };
    expect(await found()).toEqual([null]);
    expect(await mayRead(again, document)).toBe(false);
    await other.open(document, { client: 2 });
    expect(await found()).toEqual([document]);
    expect(await mayRead(ned, document)).toBe(true);
  });

  test('IA4 a withdrawn one is gone', async () => {
    const { ada, document } = await scene();
    const ned = await signUp(server);
    await verify(ned);
    await invite(ada, document, ned.email);
    expect((await withdraw(ada, document, ned.email)).status).toBe(204);
    expect((await withdraw(ada, document, newAddress())).status).toBe(204);
    expect((await list(ada, document)).invited).toEqual([]);
    const socket = await NativeClient.onAuthenticated(server, { guest: ned });
    expect(await refusedOpening(socket, document)).toBe('not-found');
    expect(await mayRead(ned, document)).toBe(false);
  });
});

test('IA4 a person invites a number of addresses in a day', async () => {
  const { ada, document } = await scene();
  const statuses: number[] = [];
  const first = newAddress();
  await invite(ada, document, first);
  // Another role for one that is listed is no other invitation.
  for (const role of ['viewer', 'commenter', 'editor', 'viewer'] as const)
    expect((await invite(ada, document, first, role)).status).toBe(204);
  for (let i = 0; i < 40 && statuses.at(-1) !== 429; i++)
    statuses.push((await invite(ada, document, newAddress())).status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(29);
  expect(statuses.at(-1)).toBe(429);
  expect((await invite(ada, document, first, 'editor')).status).toBe(204);
  expect((await list(ada, document)).invited.find(({ email }) => email === first)?.role).toBe(
    'editor',
  );
});

test('IA2 a provider that verifies an address lets its person in; one that does not, does not', async () => {
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const provider = await startIdentityProvider(publicUrl);
  const other = await RunningServer.start({
    ...{ PORT: String(port), PUBLIC_URL: publicUrl, OIDC_PROVIDERS: provider.setting },
  });
  provider.people.set('ned', { email: 'Ned@example.org', email_verified: true });
  provider.people.set('eve', { email: 'eve@example.org', email_verified: false });
  const { ada, document } = await scene(other);
  expect(await list(ada, document)).toMatchObject({ addresses: 'not-mailed' });
  await invite(ada, document, 'ned@example.org');
  await invite(ada, document, 'eve@example.org');
  const people = [];
  for (const login of ['ned', 'eve'])
    people.push(await personOf(other, (await signedInBy(other, login, null)).response));
  const [ned, eve] = people as [SignedIn, SignedIn];
  expect(await mayRead(ned, document)).toBe(false);
  const later = newDocument();
  const owner = await NativeClient.onAuthenticated(other, { guest: ada });
  await runCommand(owner, create(later));
  await runCommand(
    owner,
    command({ name: 'link:change', input: { document: later, link: 'off' } }),
  );
  for (const email of ['ned@example.org', 'eve@example.org']) await invite(ada, later, email);
  const socket = await NativeClient.onAuthenticated(other, { guest: ned });
  for (const each of [document, later])
    expect(await socket.open(each, { client: 2 })).toMatchObject({ access: 'edit' });
  const without = await NativeClient.onAuthenticated(other, { guest: eve });
  expect(await refusedOpening(without, later)).toBe('not-found');
  expect((await list(ada, document)).invited).toMatchObject([{ email: 'eve@example.org' }]);
});

test('PE3 accounts are found by name and added; guests find and add nobody whom they have not met', async () => {
  const find = async (by: SignedIn, search: string) => {
    const query = new URLSearchParams({ search }).toString();
    const answer = await by.fetch(`/api/directory?${query}`);
    expect(answer.status).toBe(200);
    const body = await answer.text();
    expect(body).not.toContain('@');
    return directoryPeople.parse(JSON.parse(body)).people.map(({ user }) => user.id);
  };
  const { ada, owner, document } = await scene();
  const [ned, guest] = [await signUp(server), await signIn(server)];
  await ned.fetch('/api/me', { method: 'PATCH', body: { name: 'Søren Ångström' } });
  expect(await find(ada, 'ang')).toEqual([ned.user.id]);
  expect(await find(ada, 'ngstrom')).toEqual([]);
  expect(await find(ada, ned.email)).toEqual([]);
  expect(await find(guest, 'ang')).toEqual([]);
  const give = (user: string, on: string) =>
    command({ name: 'member:change', input: { document: on, user, role: 'viewer' } });
  await runCommand(owner, give(ned.user.id, document));
  expect(await mayRead(ned, document)).toBe(true);
  const socket = await NativeClient.onAuthenticated(server, { guest });
  const own = newDocument();
  await runCommand(socket, create(own));
  socket.send(give(ned.user.id, own));
  expect((await socket.next('refused')).error.code).toBe('not-found');
  expect((await fetch(`${server.url}/api/directory?search=a`)).status).toBe(401);
  expect((await ada.fetch(`/api/directory?search=${'a'.repeat(5_000)}`)).status).toBe(400);
  const statuses = await Promise.all(
    Array.from({ length: 120 }, async () => (await guest.fetch('/api/directory?search=a')).status),
  );
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(20);
});
