/** Webhooks of the running server, told to the receiver of the guide. */
import { expect, test } from 'vitest';
import type { NewWebhook, Webhooks } from '@tandem/protocol/webhooks';
import { backUp, newBackup, newPlace, restore } from './backup-fixture.ts';
import { GuideReceiver } from './guide-receiver.ts';
import { RunningServer } from './running-server.ts';
import { onServer } from './signed-in.ts';
import { newAddress, postToAccount, signUp, type SignedUp } from './signed-up.ts';

const ALLOWED = { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
const wanted = (url: string) => ({
  ...{ name: 'Bot', url, document: null },
  events: ['document.created', 'document.trashed'],
});

async function create(person: SignedUp, url: string): Promise<NewWebhook> {
  const answer = await postToAccount(person, 'webhooks', wanted(url));
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as NewWebhook;
}
const choose = async (person: SignedUp, path: string, webhook: string) =>
  (await postToAccount(person, `webhooks/${path}`, { webhook })).status;
const list = async (person: SignedUp) =>
  ((await (await person.fetch('/api/account/webhooks')).json()) as Webhooks).webhooks;
const make = async (person: SignedUp, id: string) =>
  await person.fetch('/api/documents', { method: 'POST', body: { id, title: 'Minutes' } });

test('WH3 WH6 WH10 the guide’s receiver is told, also after it was down and the server was killed', async () => {
  const server = await RunningServer.start(ALLOWED);
  const ada = await signUp(server);
  const receiver = await GuideReceiver.create();
  const { id, secret } = await create(ada, receiver.url);
  await make(ada, 'document-while-it-was-down');
  await expect
    .poll(async () => (await list(ada))[0], { timeout: 10_000 })
    .toMatchObject({ last: { result: 'unreachable' }, waiting: 1 });
  await server.kill();
  const person = onServer(ada, await server.restart());
  await receiver.start(secret);
  // The killed process may have held the job, whose lease has to end.
  await expect.poll(() => receiver.types(), { timeout: 45_000 }).toEqual(['document.created']);
  expect(receiver.told[0]).toMatchObject({ document: { title: 'Minutes' } });
  expect(await choose(person, 'test', id)).toBe(204);
  await expect.poll(() => receiver.types()).toEqual(['document.created', 'test']);
  expect(await choose(person, 'pause', id)).toBe(204);
  expect(await choose(person, 'test', id)).toBe(403);
  expect(await choose(person, 'resume', id)).toBe(204);
  const rotated = await postToAccount(person, 'webhooks/rotate', { webhook: id });
  expect(((await rotated.json()) as NewWebhook).secret).not.toBe(secret);
  // The receiver knows the old one only.
  expect(await choose(person, 'test', id)).toBe(204);
  await expect.poll(async () => (await list(person))[0]?.last?.result).toBe('401');
  expect(receiver.types()).toEqual(['document.created', 'test']);
  expect(await choose(person, 'end', id)).toBe(204);
  expect(await list(person)).toEqual([]);
}, 90_000);

test('WH2 WH9 another person’s, and an inner address, are refused with a sentence', async () => {
  const server = await RunningServer.start();
  const [ada, bob] = [await signUp(server), await signUp(server, { email: newAddress() })];
  const refused = await postToAccount(ada, 'webhooks', wanted('https://192.168.0.1/hook'));
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('This server sends nothing to addresses of its own network.'),
  ]);
  const { id } = await create(ada, 'https://receiver.example/hook');
  for (const path of ['test', 'pause', 'resume', 'rotate'])
    expect(await choose(bob, path, id)).toBe(404);
  expect(await choose(bob, 'end', id)).toBe(204);
  expect(await list(bob)).toEqual([]);
  expect(await list(ada)).toMatchObject([{ id, state: 'on' }]);
});

test('WH13 what waited in a backup is not sent by the server that was restored', async () => {
  const [place, other] = [await newPlace(), await newPlace()];
  const server = await RunningServer.start({ ...place.environment, ...ALLOWED });
  const ada = await signUp(server);
  const receiver = await GuideReceiver.create();
  const { secret } = await create(ada, receiver.url);
  await make(ada, 'document-before-the-backup');
  await expect.poll(async () => (await list(ada))[0]?.waiting).toBe(1);
  const backup = await newBackup();
  expect((await backUp(place, backup)).code).toBe(0);
  await server.kill();
  expect((await restore(backup, other)).code).toBe(0);
  await receiver.start(secret);
  const restored = await RunningServer.start({ ...other.environment, ...ALLOWED });
  const again = onServer(ada, restored);
  await make(again, 'document-after-the-restore');
  await expect.poll(() => receiver.told.length, { timeout: 20_000 }).toBe(1);
  expect(receiver.told[0]?.document?.id).toBe('document-after-the-restore');
  expect(await list(again)).toMatchObject([{ waiting: 0, dropped: 1 }]);
}, 60_000);

test('a server without webhooks switches off those that are on, and says so', async () => {
  const server = await RunningServer.start();
  const ada = await signUp(server);
  const { id } = await create(ada, 'https://receiver.example/hook');
  await server.kill();
  const { dataDir: DATA_DIR } = server;
  const person = onServer(ada, await RunningServer.start({ DATA_DIR, WEBHOOKS: 'off' }));
  expect(await list(person)).toMatchObject([{ id, state: 'off' }]);
  expect(await choose(person, 'resume', id)).toBe(403);
  const refused = await postToAccount(person, 'webhooks', wanted('https://receiver.example/hook'));
  expect([refused.status, await refused.text()]).toEqual([
    403,
    expect.stringContaining('This server sends no webhooks'),
  ]);
  expect(await choose(person, 'end', id)).toBe(204);
});
