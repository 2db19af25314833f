/** Links with a password, over HTTP and the wire (PO12, PO13). */
import { expect, test } from 'vitest';
import { command, newDocument, runCommand, subscribe } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const ask = async (by: SignedIn, document: string, what: 'password' | 'entry', password: unknown) =>
  await by.fetch(`/api/documents/${document}/link/${what}`, {
    method: 'POST',
    body: { password },
  });

async function scene() {
  const server = await RunningServer.start({});
  const [ada, bob] = [await signIn(server), await signIn(server)];
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const document = newDocument();
  await runCommand(owner, command({ name: 'document:create', input: { document } }));
  const guest = await NativeClient.onAuthenticated(server, { guest: bob });
  return { server, ada, bob, owner, guest, document };
}

test('PO12 a password sends away at once who came by the link, and lets in who enters it', async () => {
  const { ada, bob, guest, document } = await scene();
  const { channel } = await guest.open(document, { client: 2 });
  await subscribe(guest, `chat:${document}`);
  expect((await ask(bob, document, 'password', 'spring tide')).status).toBe(403);
  for (const wrong of ['tide', '', 5])
    expect((await ask(ada, document, 'password', wrong)).status).toBe(400);
  const beganMs = performance.now();
  expect((await ask(ada, document, 'password', 'spring tide')).status).toBe(204);
  await guest.next('closed', (of) => of.channel === channel);
  await guest.next('unsubscribed');
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
  expect((await bob.fetch(`/api/documents/${document}`)).status).toBe(404);
  expect((await ask(bob, document, 'entry', 'neap tide')).status).toBe(403);
  expect((await ask(bob, document, 'entry', 'spring tide')).status).toBe(204);
  expect((await bob.fetch(`/api/documents/${document}`)).status).toBe(200);
  const { channel: again } = await guest.open(document, { client: 3 });
  expect((await ask(ada, document, 'password', 'another tide')).status).toBe(204);
  await guest.next('closed', (of) => of.channel === again && of.ref === undefined);
  expect((await ask(bob, document, 'entry', 'spring tide')).status).toBe(403);
  expect((await ask(ada, document, 'password', null)).status).toBe(204);
  expect((await bob.fetch(`/api/documents/${document}`)).status).toBe(200);
});

test('PO13 a wrong password is answered as for a document without one, and for none', async () => {
  const { ada, bob, owner, document } = await scene();
  const [open, off] = [newDocument(), newDocument()];
  for (const id of [open, off])
    await runCommand(owner, command({ name: 'document:create', input: { document: id } }));
  const input = { document: off, link: 'off' } as const;
  await runCommand(owner, command({ name: 'link:change', input }));
  expect((await ask(ada, document, 'password', 'spring tide')).status).toBe(204);
  const answers = new Set<string>();
  for (const id of [document, open, off, newDocument()]) {
    const answer = await ask(bob, id, 'entry', 'a guess');
    answers.add(`${answer.status} ${await answer.text()}`);
  }
  expect([...answers]).toEqual([expect.stringMatching(/^403 /)]);
});

test('PO12 a password has at least six characters', async () => {
  const { ada, bob, document } = await scene();
  expect((await ask(ada, document, 'password', '12345')).status).toBe(400);
  expect((await ask(ada, document, 'password', '123456')).status).toBe(204);
  expect((await ask(bob, document, 'entry', '123456')).status).toBe(204);
});

test('PO13 passwords that are set are slowed, too, and none is set while the link is off', async () => {
  const { ada, owner, document } = await scene();
  const change = (link: 'off' | 'view') =>
    runCommand(owner, command({ name: 'link:change', input: { document, link } }));
  await change('off');
  // Nothing is hashed, so that nothing is counted.
  for (let i = 0; i < 30; i++)
    expect((await ask(ada, document, 'password', 'spring tide')).status).toBe(403);
  await change('view');
  const statuses: number[] = [];
  for (let i = 0; i < 30 && statuses.at(-1) !== 429; i++)
    statuses.push((await ask(ada, document, 'password', `tide ${i}`)).status);
  expect(statuses.length).toBeGreaterThan(5);
  expect(statuses.at(-1)).toBe(429);
  // To take it away needs no hash.
  expect((await ask(ada, document, 'password', null)).status).toBe(204);
});

test('PO13 a class that has the password gets in, one after the other', async () => {
  const { ada, bob, document } = await scene();
  await ask(ada, document, 'password', 'spring tide');
  for (let i = 0; i < 12; i++)
    expect((await ask(bob, document, 'entry', 'spring tide')).status).toBe(204);
});

test('PO13 guesses count by the document whose link it is, also from those inside it', async () => {
  const { ada, bob, owner, document } = await scene();
  const inside = [newDocument(), newDocument()];
  for (const id of inside) {
    const input = { document: id, parent: document };
    await runCommand(owner, command({ name: 'document:create', input }));
  }
  await ask(ada, document, 'password', 'spring tide');
  const statuses: number[] = [];
  for (let i = 0; i < 30 && statuses.at(-1) !== 429; i++)
    statuses.push((await ask(bob, inside[0]!, 'entry', `guess ${i}`)).status);
  for (const id of [document, inside[1]!])
    expect((await ask(bob, id, 'entry', 'spring tide')).status).toBe(429);
});

test('PO13 attempts are slowed, whether or not there is a document', async () => {
  const { ada, bob, document } = await scene();
  await ask(ada, document, 'password', 'spring tide');
  for (const id of [document, newDocument()]) {
    const statuses: number[] = [];
    for (let i = 0; i < 30 && statuses.at(-1) !== 429; i++)
      statuses.push((await ask(bob, id, 'entry', `guess ${i}`)).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.length).toBeGreaterThan(5);
  }
  expect((await ask(bob, document, 'entry', 'spring tide')).status).toBe(429);
});
