/** Met people, over HTTP and the wire: found by name, and added; nobody else is found. */
import { metPeople } from '@tandem/protocol';
import { beforeAll, expect, test } from 'vitest';
import { command, create, newDocument, runCommand, subscribe } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

async function find({ fetch }: SignedIn, search: string) {
  const answer = await fetch(`/api/people?${new URLSearchParams({ search }).toString()}`);
  expect(answer.status).toBe(200);
  return metPeople.parse(await answer.json()).people;
}

test('PE1 PE2 a person is found and added after they have met, and notified of one document only', async () => {
  const [ada, ben, eve] = await Promise.all([signIn(server), signIn(server), signIn(server)]);
  const [one, two] = await Promise.all(
    [ada, ben].map((guest) => NativeClient.onAuthenticated(server, { guest })),
  );
  const [met, other] = [newDocument(), newDocument()];
  await runCommand(one!, create(met));
  await runCommand(one!, create(other));
  await runCommand(one!, command({ name: 'link:change', input: { document: other, link: 'off' } }));
  const add = command({
    name: 'member:change',
    input: { document: other, user: ben.user.id, role: 'viewer' },
  });
  one!.send(add);
  expect((await one!.next('refused')).error.code).toBe('not-found');
  expect(await find(ada, ben.user.name)).toEqual([]);

  await two!.open(met);
  await expect
    .poll(async () => (await find(ada, ben.user.name)).map(({ user }) => user.id))
    .toEqual([ben.user.id]);
  expect(await find(eve, '')).toEqual([]);
  await subscribe(two!, 'library');
  await runCommand(one!, {
    ...add,
    id: command({ name: 'document:unlist', input: { document: met } }).id,
  });
  const { events } = await two!.next('events', (message) =>
    message.events.some(({ name }) => name === 'document:listed'),
  );
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ document: { id: other, role: 'viewer', isNew: true } });
});

test('PE1 without a session, and with too long a search, there is no answer', async () => {
  expect((await fetch(`${server.url}/api/people?search=a`)).status).toBe(401);
  const ada = await signIn(server);
  expect((await ada.fetch(`/api/people?search=${'a'.repeat(5_000)}`)).status).toBe(400);
});
