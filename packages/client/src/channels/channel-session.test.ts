import { errorOf, MAX_CHAT_PAGE, type LibraryState, type ChannelName } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { createMemoryStateStore } from './memory-state-store.ts';
import {
  CHAT,
  NUMBER,
  messages,
  chat,
  sent,
  Scene,
  live,
  numbers,
} from '../testing/channel-scene.ts';

test('loading, live, stale, live: with what was missed in between', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  expect([session.status, session.state]).toEqual(['loading', null]);
  await scene.connect();
  expect(session.status).toBe('loading');
  await scene.answer({ state: chat(1, 2), offset: 2 });
  expect(session.status).toBe('live');
  scene.socket.drop(1006);
  expect(session.status).toBe('stale');
  expect(numbers(session)).toEqual([1, 2]);
  await scene.connect();
  expect(scene.asked().position).toEqual({ epoch: 'e1', offset: 2 });
  await scene.answer({ recovered: true, offset: 3 });
  await scene.events(2, sent(3));
  expect(numbers(session)).toEqual([1, 2, 3]);
  expect(session.status).toBe('live');
});

test('one session for all who hold it; the last to close it leaves the channel', async () => {
  const { scene, session } = await live();
  const again = scene.client.subscribe(CHAT);
  expect(again).toBe(session);
  again.close();
  await scene.settle();
  expect(scene.socket.sentOf('unsubscribe')).toEqual([]);
  session.close();
  await scene.settle();
  expect(scene.socket.sentOf('unsubscribe')).toEqual([{ type: 'unsubscribe', channel: NUMBER }]);
  const next = scene.client.subscribe(CHAT);
  expect(next).not.toBe(session);
  await next.loaded;
  expect(numbers(next)).toEqual([1, 2]);
});

test('a channel that opens after its last holder has closed it is unsubscribed at once', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  session.close();
  await scene.answer({ state: chat(1, 1), offset: 1 });
  expect(scene.socket.sentOf('unsubscribe')).toEqual([{ type: 'unsubscribe', channel: NUMBER }]);
});

test('listeners are called for each change, and the state is the same object until then', async () => {
  const { scene, session } = await live();
  let changes = 0;
  const stop = session.onChange(() => changes++);
  const before = session.state;
  expect(session.state).toBe(before);
  await scene.events(2, sent(3));
  expect(changes).toBe(1);
  expect(session.state).not.toBe(before);
  stop();
  await scene.events(3, sent(4));
  expect(changes).toBe(1);
});

test('EV5 a gap is requested after 200 ms', async () => {
  const { scene, session } = await live();
  await scene.events(3, sent(4));
  expect(numbers(session)).toEqual([1, 2]);
  await scene.settle(200);
  expect(scene.socket.sentOf('recover')).toEqual([{ type: 'recover', channel: NUMBER, from: 2 }]);
  await scene.events(2, sent(3));
  expect(numbers(session)).toEqual([1, 2, 3, 4]);
});

test('W23 what a person types before the channel is open is told then, and after each reconnect', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  session.setTyping(true);
  expect(scene.socket.sentOf('typing:start')).toEqual([]);
  await scene.answer({ state: chat(1, 2), offset: 2 });
  expect(scene.socket.sentOf('typing:start')).toEqual([{ type: 'typing:start', channel: NUMBER }]);
  scene.socket.drop(1006);
  await scene.connect();
  await scene.answer({ recovered: true, offset: 2 });
  expect(scene.socket.sentOf('typing:start')).toEqual([{ type: 'typing:start', channel: NUMBER }]);
});

test('EV8 a lost channel leaves nothing behind, and can be subscribed to again', async () => {
  const { scene, session } = await live();
  await session.flush();
  const error = errorOf('forbidden', { detail: 'You are not a member any more.' });
  scene.socket.answer({ type: 'unsubscribed', channel: NUMBER, error });
  await scene.settle();
  expect([session.status, session.state, session.error]).toEqual(['lost', null, error]);
  expect(await scene.states.load(CHAT)).toBeNull();
  session.retry();
  await scene.settle();
  expect(scene.asked().position).toBeUndefined();
  await scene.answer({ state: chat(1, 1), offset: 1 });
  expect([session.status, session.error]).toEqual(['live', null]);
});

test('EV8 a temporarily refused channel is subscribed to again after the server’s delay', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  const error = errorOf('overloaded', { retryAfterMs: 700 });
  scene.socket.answer({ type: 'unsubscribed', channel: 0, ref: scene.asked().ref, error });
  expect(session.error).toEqual(error);
  await scene.settle(699);
  expect(scene.socket.sentOf('subscribe')).toHaveLength(1);
  await scene.settle(1);
  expect(scene.socket.sentOf('subscribe')).toHaveLength(2);
  await scene.answer({ state: chat(1, 1), offset: 1 });
  expect(session.status).toBe('live');
});

test('EV12 a subscribe without an answer is sent again after growing waits', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  scene.socket.answersPings = true;
  const asked = () => scene.socket.sentOf('subscribe').length;
  for (const [ms, times] of [
    [9_999, 1],
    [1, 2],
    [20_000, 3],
    [40_000, 4],
    [39_999, 4],
    [1, 5],
  ] as const) {
    await scene.settle(ms);
    expect([asked(), session.status]).toEqual([times, 'loading']);
  }
  await scene.answer({ state: chat(1, 1), offset: 1 });
  await scene.settle(120_000);
  expect([asked(), session.status]).toEqual([5, 'live']);
});

test('EV12 so is one that was sent with hello', async () => {
  const { scene } = await live();
  scene.socket.drop(1006);
  await scene.settle(250);
  scene.socket.answersPings = true;
  scene.socket.open();
  scene.socket.welcome();
  await scene.settle(9_999);
  expect(scene.socket.sentOf('subscribe')).toHaveLength(1);
  await scene.settle(1);
  expect(scene.socket.sentOf('subscribe')).toHaveLength(2);
});

test('the chat of a document that is being created is subscribed to once the document exists', async () => {
  const scene = new Scene();
  await scene.connect();
  const input = { document: 'document-that-is-new' };
  const id = scene.client.commands.run({ name: 'document:create', input });
  const session = scene.client.subscribe('chat:document-that-is-new');
  await scene.settle();
  expect(scene.socket.sentOf('subscribe')).toEqual([]);
  scene.socket.answer({ type: 'done', channel: 0, id, repeated: false, positions: [] });
  await scene.settle();
  expect(scene.asked().name).toBe(session.name);
});

test('what is kept is the newest page of a chat, with its position', async () => {
  const { scene, session } = await live();
  const many = messages(3, 70).map(({ number }) => sent(number ?? 0));
  await scene.events(2, ...many);
  expect(session.state?.messages).toHaveLength(70);
  await scene.settle(1_000);
  const kept = await scene.states.load(CHAT);
  expect(kept?.position).toEqual({ epoch: 'e1', offset: 70 });
  expect(kept?.state).toEqual(chat(71 - MAX_CHAT_PAGE, 70));
});

test('a whole state is kept at once: the page may be gone before there is more', async () => {
  const { scene } = await live();
  await scene.settle();
  expect((await scene.states.load(CHAT))?.position).toEqual({ epoch: 'e1', offset: 2 });
});

test('what was kept for another person is not shown once it is known who is here', async () => {
  const states = createMemoryStateStore();
  const position = { epoch: 'e1', offset: 2 };
  await states.save(CHAT, { user: 'somebody', position, state: chat(1, 2) });
  const scene = new Scene(states);
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  expect(scene.asked().position).toBeUndefined();
  expect([session.status, session.state]).toEqual(['loading', null]);
});

test('W11: a reconnect names channels with their positions in hello, and sends no other request', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe(CHAT);
  await scene.connect();
  expect(scene.socket.sentOf('hello')[0]).not.toHaveProperty('channels');
  await scene.answer({ state: chat(1, 3), offset: 3 });
  scene.socket.drop(1006);
  await scene.settle(250);
  scene.socket.open();
  const position = { epoch: 'e1', offset: 3 };
  const named = [{ type: 'subscribe', name: CHAT, position }];
  expect(scene.socket.sentOf('hello')).toMatchObject([{ channels: named }]);
  expect(session.status).toBe('stale');
  scene.socket.welcome();
  await scene.answer({ recovered: true, offset: 3 });
  expect(session.status).toBe('live');
  expect(scene.socket.sentOf('subscribe')).toHaveLength(1);
});

test('a channel that hello requested for another user is requested again', async () => {
  const scene = new Scene();
  const session = scene.client.subscribe('library');
  await scene.connect();
  const library = (id: string): LibraryState => ({
    type: 'library',
    user: { id, name: 'Amber Heron', color: 1 },
    documents: [],
    next: null,
  });
  await scene.answer({ state: library('u'), offset: 3 });
  scene.socket.drop(1006);
  await scene.settle(250);
  scene.socket.open();
  const before = scene.asked();
  expect(before).toHaveProperty('position');
  scene.socket.welcome('someone');
  await scene.settle();
  expect(session.state).toBeNull();
  expect(scene.asked()).not.toHaveProperty('position');
  const { ref } = before;
  const name = before.name as ChannelName;
  const late = { type: 'subscribed', channel: 7, ref, name, epoch: 'e1', offset: 3 } as const;
  scene.socket.answer({ ...late, recovered: true });
  await scene.answer({ state: library('someone'), offset: 3 });
  expect(session.state?.user.id).toBe('someone');
});
