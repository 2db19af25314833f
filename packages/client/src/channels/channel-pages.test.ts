import { expect, test } from 'vitest';
import { message, messages, chat, sent, live, numbers } from '../testing/channel-scene.ts';

test('EV11 older messages come by pages, with what happened to them meanwhile', async () => {
  const { scene, session } = await live(chat(101, 120));
  const asked: number[] = [];
  let arrive: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (arrive = resolve));
  scene.history = async (before) => {
    asked.push(before);
    await held;
    return messages(before - 50, before - 1);
  };
  const { pages } = scene.client;
  expect(pages.hasOlder(session)).toBe(true);
  const loading = pages.loadOlder(session);
  const again = pages.loadOlder(session);
  const change = { message: message(60).id, mentions: [], text: 'after all' };
  await scene.events(120, { name: 'chat:edited', at: 9, ...change }, sent(121));
  arrive?.();
  await Promise.all([loading, again]);
  expect(asked).toEqual([101]);
  expect(numbers(session)).toEqual(messages(51, 121).map(({ number }) => number));
  expect(session.state?.messages.find(({ number }) => number === 60)?.text).toBe('after all');
  scene.history = async (before) => messages(1, before - 1);
  await pages.loadOlder(session);
  expect(pages.hasOlder(session)).toBe(false);
  expect(session.state?.messages).toHaveLength(121);
});

test('EV11 a page that fails to load can be requested again', async () => {
  const { scene, session } = await live(chat(101, 120));
  scene.history = async () => Promise.reject(new Error('unreachable'));
  await expect(scene.client.pages.loadOlder(session)).rejects.toThrow('unreachable');
  scene.history = async (before) => messages(before - 50, before - 1);
  await scene.client.pages.loadOlder(session);
  expect(session.state?.messages).toHaveLength(70);
});

test('EV11 loading through an earlier message loads all in between, in large pages', async () => {
  const { scene, session } = await live(chat(1951, 2000));
  const { pages } = scene.client;
  const asked: [number, number][] = [];
  scene.history = async (before, limit) => {
    asked.push([before, limit]);
    return messages(Math.max(1, before - limit), before - 1);
  };
  expect(await pages.loadThrough(session, message(1990).id)).toBe(true);
  expect(asked).toEqual([]);
  expect(await pages.loadThrough(session, message(1000).id)).toBe(true);
  expect(asked.map(([before]) => before)).toEqual([1951, 1451]);
  expect(numbers(session)).toEqual(messages(951, 2000).map(({ number }) => number));
  expect(await pages.loadThrough(session, 'nothing')).toBe(false);
  expect(session.state?.messages).toHaveLength(2000);
  // A person who reads the newest messages needs only those, and can load the others again.
  pages.trim(session);
  expect(numbers(session)).toEqual(messages(1501, 2000).map(({ number }) => number));
  expect(pages.hasOlder(session)).toBe(true);
  pages.trim(session);
  expect(session.state?.messages).toHaveLength(500);
});
