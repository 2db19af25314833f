import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { IMAGE_CACHE, ImageCache, type ReadResult } from './image-cache.ts';
import { BrowserImageStore, leastRecentlyUsed, type KeptImage } from './image-store.ts';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const place = (document: string, file = 'f1') => ({ document, file });
const imageOf = (text: string): ReadResult => ({ kind: 'image', blob: new Blob([text]) });

function start({ store = new BrowserImageStore() } = {}) {
  const clock = new ManualClock(0);
  const state = {
    user: 'ada' as string | null,
    asked: [] as string[],
    answer: imageOf('tide'),
    noted: 0,
    room: true,
    maxBytes: 0,
  };
  const read: { answer: (() => Promise<ReadResult>) | null } = { answer: null };
  const cache = new ImageCache({
    store,
    owner: () => state.user,
    hasRoom: async () => state.room,
    read: async ({ document, file }, maxBytes) => {
      state.asked.push(`${document}/${file}`);
      state.maxBytes = maxBytes;
      return await (read.answer?.() ?? Promise.resolve(state.answer));
    },
    now: () => clock.now(),
    setTimer: (run, delayMs) => clock.setTimeout(run, delayMs),
    onKept: () => state.noted++,
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
  const keep = async (
    document: string,
    file = 'f1',
    { blob = null as Blob | null, isShown = true } = {},
  ): Promise<void> => {
    cache.keep(place(document, file), { blob, isShown });
    clock.advance(IMAGE_CACHE.delayMs);
    await settle();
  };
  const found = async (document: string, file = 'f1'): Promise<string | null> =>
    (await (await cache.find(place(document, file)))?.text()) ?? null;
  return { cache, store, clock, state, read, settle, keep, found };
}

describe('an image', () => {
  test('is kept over a restart, and asked for once a day', async () => {
    const { keep, found, state, store, clock } = start();
    await keep('d1');
    await keep('d1');
    expect([state.asked, state.noted]).toEqual([['d1/f1'], 1]);
    expect(await found('d1')).toBe('tide');
    expect(await found('d2')).toBeNull();
    expect(await start({ store }).found('d1')).toBe('tide');
    clock.advance(IMAGE_CACHE.checkAfterMs);
    await keep('d1');
    expect(state.asked).toHaveLength(2);
  });

  test('that this device has sent is kept without asking for it', async () => {
    const { keep, found, state } = start();
    await keep('d1', 'f1', { blob: new Blob(['sent']) });
    expect([await found('d1'), state.asked]).toEqual(['sent', []]);
  });

  test('that is too large, or does not come, is not kept', async () => {
    const { keep, found, state } = start();
    const blob = new Blob([new Uint8Array(IMAGE_CACHE.maxImageBytes + 1)]);
    await keep('d1', 'f1', { blob });
    state.answer = { kind: 'other' };
    await keep('d1', 'f2');
    expect([await found('d1'), await found('d1', 'f2')]).toEqual([null, null]);
  });

  test('is not shown once the server was not asked for a month', async () => {
    const { keep, found, clock, store } = start();
    await keep('d1');
    clock.advance(IMAGE_CACHE.unaskedMs + 1);
    expect(await found('d1')).toBeNull();
    expect(await store.all()).toEqual([]);
  });
});

describe('an image is forgotten', () => {
  test('when the server says that it is not there for this person', async () => {
    const { keep, found, state, clock, cache, settle } = start();
    await keep('d1');
    state.answer = { kind: 'gone' };
    clock.advance(IMAGE_CACHE.checkAfterMs);
    await keep('d1');
    expect(await found('d1')).toBeNull();
    state.answer = imageOf('again');
    await keep('d1');
    cache.forgetImage(place('d1'));
    await settle();
    expect(await found('d1')).toBeNull();
  });

  test('with its document, also while it is being read', async () => {
    const { keep, found, read, cache, settle } = start();
    await keep('d1');
    await keep('d2');
    let answer = (_: ReadResult): void => {};
    read.answer = () => new Promise((resolve) => (answer = resolve));
    await keep('d1', 'f2');
    await cache.forgetDocuments(['d1']);
    answer(imageOf('late'));
    await settle();
    expect([await found('d1'), await found('d1', 'f2'), await found('d2')]).toEqual([
      null,
      null,
      'tide',
    ]);
    await cache.retainDocuments((document) => document !== 'd2');
    expect(await found('d2')).toBeNull();
  });

  test('when another person uses this browser, who is never shown it', async () => {
    const { keep, found, state, cache, store } = start();
    await keep('d1');
    state.user = 'ben';
    expect(await found('d1')).toBeNull();
    state.user = null;
    expect(await found('d1')).toBeNull();
    await cache.forgetOthers();
    expect(await store.all()).toHaveLength(1);
    state.user = 'ben';
    await cache.forgetOthers();
    state.user = 'ada';
    expect(await found('d1')).toBeNull();
    expect(await store.blob(place('d1'))).toBeNull();
  });

  test('and none is kept for a person who has signed out meanwhile', async () => {
    const { keep, read, state, store, settle } = start();
    let answer = (_: ReadResult): void => {};
    read.answer = () => new Promise((resolve) => (answer = resolve));
    await keep('d1');
    state.user = null;
    answer(imageOf('late'));
    await settle();
    expect(await store.all()).toEqual([]);
  });
});

test('what another document is retained for is read meanwhile', async () => {
  const { found, keep, read, cache, settle } = start();
  let answer = (_: ReadResult): void => {};
  read.answer = () => new Promise((resolve) => (answer = resolve));
  await keep('d1');
  await cache.retainDocuments((document) => document === 'd1');
  answer(imageOf('tide'));
  await settle();
  expect(await found('d1')).toBe('tide');
});

test('what another tab forgets meanwhile is not kept', async () => {
  const { found, keep, read, settle, store } = start();
  let answer = (_: ReadResult): void => {};
  read.answer = () => new Promise((resolve) => (answer = resolve));
  await keep('d1');
  expect(await found('d1')).toBeNull();
  await start().cache.forgetDocuments(['d1']);
  answer(imageOf('late'));
  await settle();
  expect(await store.all()).toEqual([]);
});

test('a read without an image leaves nothing', async () => {
  const { keep, state, store } = start();
  state.answer = { kind: 'other' };
  await keep('d1');
  expect(await store.all()).toEqual([]);
});

describe('what nobody has seen yet', () => {
  const unseen = { isShown: false };

  test('is asked for up to so many bytes in a page', async () => {
    const { keep, found, state } = start();
    const megabytes = (count: number): ReadResult => ({
      kind: 'image',
      blob: new Blob([new Uint8Array(count * 1_000_000)]),
    });
    state.answer = megabytes(20);
    await keep('d1', 'f1', unseen);
    await keep('d1', 'f2', unseen);
    await keep('d1', 'f3', unseen);
    expect(state.maxBytes).toBe(10_000_000);
    await keep('d1', 'f4', unseen);
    expect(state.asked).toEqual(['d1/f1', 'd1/f2', 'd1/f3']);
    state.answer = imageOf('seen');
    await keep('d1', 'f4');
    expect(await found('d1', 'f4')).toBe('seen');
  });

  test('counts as seen if it comes into view while it waits', async () => {
    const { cache, keep, state } = start();
    cache.keep(place('d1'), { blob: null, isShown: false });
    await keep('d1');
    expect(state.maxBytes).toBe(IMAGE_CACHE.maxImageBytes);
    expect(state.asked).toEqual(['d1/f1']);
  });
});

test('nothing is kept on a device without room, and all is forgotten for the documents', async () => {
  const { keep, state, store, cache } = start();
  await keep('d1');
  state.room = false;
  await keep('d2');
  expect([state.asked, await store.all()]).toMatchObject([['d1/f1'], [{ document: 'd1' }]]);
  await cache.forgetAll();
  expect(await store.all()).toEqual([]);
});

test('what was not used for longest gives way', async () => {
  const { keep, found, clock, store } = start();
  for (const file of ['f1', 'f2', 'f3']) {
    clock.advance(1);
    await keep('d1', file);
  }
  clock.advance(1);
  expect(await found('d1', 'f1')).toBe('tide');
  const added = { ...place('d1', 'f4'), owner: 'ada', bytes: 1, usedAt: 9_000, checkedAt: 0 };
  await store.reserve(added);
  const limits = { maxImages: 3, maxBytes: 1_000 };
  const put = (mayEvict: boolean) => store.put(added, new Blob(['x']), { ...limits, mayEvict });
  expect(await put(false)).toBe('full');
  expect(await store.blob(place('d1', 'f2'))).not.toBeNull();
  expect(await put(true)).toBe('stored');
  expect((await store.all()).map(({ file }) => file)).toEqual(['f1', 'f3', 'f4']);
  expect(await store.blob(place('d1', 'f2'))).toBeNull();

  const others = [1, 2, 3].map((usedAt): KeptImage => ({
    ...added,
    file: `${usedAt}`,
    bytes: 10,
    usedAt,
  }));
  const gone = (bytes: number, limits: { maxImages: number; maxBytes: number }) =>
    leastRecentlyUsed(others, { bytes }, limits).map(({ file }) => file);
  expect(gone(10, { maxImages: 4, maxBytes: 40 })).toEqual([]);
  expect(gone(10, { maxImages: 4, maxBytes: 39 })).toEqual(['1']);
  expect(gone(30, { maxImages: 4, maxBytes: 39 })).toEqual(['3', '2', '1']);
  expect(gone(1, { maxImages: 1, maxBytes: 1_000 })).toEqual(['3', '2', '1']);
});

test('a store that fails keeps and shows nothing, and the page goes on', async () => {
  const broken = new Proxy({} as BrowserImageStore, {
    get: () => () => Promise.reject(new Error('broken')),
  });
  const { keep, found, cache } = start({ store: broken });
  await keep('d1');
  expect(await found('d1')).toBeNull();
  await cache.forgetDocuments(['d1']);
});
