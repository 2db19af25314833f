/** Commands over real sockets: executed once, in order, and on disk before `done`. */
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { COMMAND_BURST, MAX_COMMANDS_IN_FLIGHT, type MessageOf } from '@tandem/protocol';
import { COMMAND_LIMITS } from '../src/limits.ts';
import { chat, command, create, newDocument, runCommand, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let shared: Promise<RunningServer> | undefined;
const server = () => (shared ??= RunningServer.start({}, atEnd));

type Answer = MessageOf<'done' | 'refused'>;

const answersOf = (client: NativeClient): Answer[] =>
  client.received.filter(
    (message): message is Answer => message.type === 'done' || message.type === 'refused',
  );

async function messagesIn(running: RunningServer, document: string) {
  const { state } = await subscribe(
    await NativeClient.onAuthenticated(running),
    `chat:${document}`,
  );
  if (state?.type !== 'chat') throw new Error('no chat');
  return state;
}

test('carries out a command, and sends its events before its answer (W24, W26)', async () => {
  const client = await NativeClient.onAuthenticated(await server());
  const { state, epoch, offset, channel } = await subscribe(client, 'library');
  expect(state).toMatchObject({ type: 'library' });
  const document = newDocument();
  const message = create(document);
  const done = await runCommand(client, message);
  expect(done).toMatchObject({
    repeated: false,
    positions: expect.arrayContaining([{ name: 'library', epoch, offset: offset + 1 }]),
  });
  // Events arrive before `done`, which is awaited.
  const events = client.received.find(({ type }) => type === 'events') as MessageOf<'events'>;
  expect(events).toMatchObject({ channel, from: offset, to: offset + 1 });
  expect(events.events[0]).toMatchObject({
    name: 'document:listed',
    command: message.id,
    document: { id: document, title: 'Tide log', role: 'owner' },
  });
});

test('lets a document be opened as soon as it is there', async () => {
  const client = await NativeClient.onAuthenticated(await server());
  const document = newDocument();
  client.send(create(document));
  await client.next('done');
  expect((await client.open(document)).title).toBe('Tide log');
});

test('answers in the order of the commands, what fails and what waits included (W24, W27)', async () => {
  const client = await NativeClient.onAuthenticated(await server());
  const document = newDocument();
  await runCommand(client, create(document));
  const messages = Array.from({ length: COMMAND_BURST + 8 }, (_, i) => {
    if (i % 3 === 0) return chat(document, `Message ${i}`);
    const title = `Title ${i}`;
    const name = 'document:rename';
    return command({ name, input: { document: i % 5 === 0 ? newDocument() : document, title } });
  });
  client.send(...messages);
  await eventually('all are answered', () => answersOf(client).length === messages.length);
  expect(answersOf(client).map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
  expect(answersOf(client).map(({ type }) => type)).toEqual(
    messages.map((_, i) => (i % 3 !== 0 && i % 5 === 0 ? 'refused' : 'done')),
  );
});

test('takes effect once, on however many connections it is sent at the same time (W25)', async () => {
  const guest = await signIn(await server());
  const clients = await Promise.all(
    Array.from({ length: 4 }, async () => NativeClient.onAuthenticated(await server(), { guest })),
  );
  const document = newDocument();
  await runCommand(clients[0] as NativeClient, create(document));
  const messages = Array.from({ length: MAX_COMMANDS_IN_FLIGHT }, (_, i) =>
    chat(document, `Message ${i}`),
  );
  for (const client of clients) client.send(...messages);
  for (const client of clients)
    await eventually('all are answered', () => answersOf(client).length === messages.length);
  const firsts = clients
    .flatMap(answersOf)
    .filter((answer) => answer.type === 'done' && !answer.repeated);
  expect(firsts.map(({ id }) => id).toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
  for (const { id } of messages) {
    const positions = clients
      .flatMap(answersOf)
      .filter((answer) => answer.id === id)
      .map((answer) => answer.type === 'done' && JSON.stringify(answer.positions));
    expect(new Set(positions).size).toBe(1);
  }
  expect((await messagesIn(await server(), document)).head).toBe(messages.length);
});

test('runs beside another user’s command of the same id (W24)', async () => {
  const [ada, bob] = [
    await NativeClient.onAuthenticated(await server()),
    await NativeClient.onAuthenticated(await server()),
  ];
  const id = ulid();
  expect(await runCommand(ada, create(newDocument(), id))).toMatchObject({ repeated: false });
  expect(await runCommand(bob, create(newDocument(), id))).toMatchObject({ repeated: false });
});

test('takes a burst of a hundred chat messages and loses none (W27)', async () => {
  const client = await NativeClient.onAuthenticated(await server());
  const document = newDocument();
  await runCommand(client, create(document));
  for (let sent = 0; sent < 100;) {
    const answered = answersOf(client).length;
    for (; sent < Math.min(100, answered + MAX_COMMANDS_IN_FLIGHT); sent++)
      client.send(chat(document, `Message ${sent}`));
    await eventually('some are answered', () => answersOf(client).length > answered);
  }
  await eventually('all are answered', () => answersOf(client).length === 100);
  const { head, messages } = await messagesIn(await server(), document);
  expect(head).toBe(100);
  expect(messages.at(-1)?.text).toBe('Message 99');
});

test('closes a connection that sends more than may wait, and loses no command that it had begun (W27)', async () => {
  const client = await NativeClient.onAuthenticated(await server());
  const document = newDocument();
  await runCommand(client, create(document));
  const rename = (i: number) =>
    command({ name: 'document:rename', input: { document, title: `Title ${i}` } });
  client.send(
    ...Array.from({ length: COMMAND_BURST + COMMAND_LIMITS.maxQueued + 1 }, (_, i) => rename(i)),
  );
  expect((await client.end()).code).toBe(4529);
});

test('loses nothing acknowledged and does nothing twice when it is killed (P1, P3, W25)', async () => {
  let running = await RunningServer.start();
  const guest = await signIn(running);
  const document = newDocument();
  let client = await NativeClient.onAuthenticated(running, { guest });
  await runCommand(client, create(document));
  const messages = Array.from({ length: 300 }, (_, i) => chat(document, `Message ${i}`));
  const done = new Set<string>();
  for (let life = 0; done.size < messages.length; life++) {
    const open = () => messages.filter(({ id }) => !done.has(id));
    const killAt = life < 4 ? done.size + 40 : Infinity;
    while (open().length > 0 && done.size < killAt) {
      // Several in flight, all sent again after the restart.
      client.send(...open().slice(0, MAX_COMMANDS_IN_FLIGHT));
      const id = open()[Math.min(open().length, MAX_COMMANDS_IN_FLIGHT) - 1]?.id;
      const wanted = Math.min(messages.length, done.size + 20);
      await eventually('some are done', () => {
        for (const answer of answersOf(client)) if (answer.type === 'done') done.add(answer.id);
        return done.size >= wanted || done.has(id as string);
      });
    }
    if (done.size >= messages.length) break;
    client.send(...open().slice(0, MAX_COMMANDS_IN_FLIGHT));
    await running.kill();
    for (const answer of answersOf(client)) if (answer.type === 'done') done.add(answer.id);
    running = await running.restart();
    client = await NativeClient.onAuthenticated(running, { guest });
  }
  const reader = await NativeClient.onAuthenticated(running, { guest });
  expect((await messagesIn(running, document)).head).toBe(messages.length);
  // Commands from before the restarts get their original answers.
  expect(await runCommand(reader, messages[0] as MessageOf<'command'>)).toMatchObject({
    repeated: true,
  });
});

test('begins no two numbers of a chat for two who speak at once', async () => {
  const owner = await NativeClient.onAuthenticated(await server());
  const document = newDocument();
  await runCommand(owner, create(document));
  const guests = await Promise.all(
    Array.from({ length: 3 }, async () => NativeClient.onAuthenticated(await server())),
  );
  for (const guest of guests)
    guest.send(...Array.from({ length: 20 }, (_, i) => chat(document, `Message ${i}`)));
  for (const guest of guests)
    await eventually('all are answered', () => answersOf(guest).length === 20);
  const { head, messages } = await messagesIn(await server(), document);
  expect(head).toBe(60);
  expect(messages.map(({ number }) => number)).toEqual(
    Array.from({ length: messages.length }, (_, i) => head - messages.length + 1 + i),
  );
});
