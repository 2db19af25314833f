import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { SendOptions, SendResult } from './send-file.ts';
import { QUEUE_LIMITS, UploadQueue } from './upload-queue.ts';
import type { UploadOwner } from './upload-owner.ts';
import type { StoredUpload, UploadStore } from './upload-store.ts';

const ADA: UploadOwner = { id: 'ada', isGuest: true };

interface Attempt extends SendOptions {
  readonly file: string;
  readonly end: (result: SendResult) => Promise<void>;
}

class MemoryUploads implements UploadStore {
  readonly stored = new Map<string, StoredUpload>();
  isBroken = false;

  async put(upload: StoredUpload): Promise<boolean> {
    if (!this.isBroken) this.stored.set(upload.file, upload);
    return !this.isBroken;
  }
  async has({ file }: Pick<StoredUpload, 'file'>): Promise<boolean> {
    return this.stored.has(file);
  }
  async delete({ file }: Pick<StoredUpload, 'file'>): Promise<void> {
    this.stored.delete(file);
  }
  async count(): Promise<number> {
    return this.stored.size;
  }
  async all(): Promise<readonly StoredUpload[]> {
    return [...this.stored.values()];
  }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function start({ store = new MemoryUploads(), locked = new Set<string>(), user = ADA } = {}) {
  const clock = new ManualClock(0);
  const attempts: Attempt[] = [];
  const queue = new UploadQueue({
    store,
    owner: () => user,
    send: ({ file }, options) =>
      new Promise((resolve) => {
        attempts.push({
          ...options,
          file,
          async end(result) {
            resolve(result);
            await settle();
          },
        });
      }),
    exclusively: async (name, work) => {
      if (locked.has(name)) return false;
      await work();
      return true;
    },
    setTimer: (run, delayMs) => clock.setTimeout(run, delayMs),
    clearTimer: (timer) => clock.clearTimeout(timer),
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  const add = async (...files: string[]): Promise<boolean> => {
    const isTaken = queue.add(files.map((file) => upload(file)));
    await pass(0);
    return isTaken;
  };
  const state = (file: string) => queue.find('plan', file);
  return { queue, store, attempts, pass, add, state };
}

const upload = (file: string, bytes = 4): StoredUpload => ({
  document: 'plan',
  file,
  secret: 'secret',
  name: 'a file',
  owner: ADA,
  blob: new Blob([new Uint8Array(bytes)]),
});

test('sends a few at a time, tells how far they are, and forgets what the server has', async () => {
  const { attempts, add, state, store } = start();
  await add('a', 'b', 'c');
  expect(attempts.map(({ file }) => file)).toEqual(['a', 'b']);
  expect(state('c')).toEqual({ kind: 'waiting' });
  attempts[0]!.onProgress(0.5);
  expect(state('a')).toEqual({ kind: 'sending', share: 0.5 });
  await attempts[0]!.end({ kind: 'stored' });
  expect([state('a'), store.stored.has('a')]).toEqual([null, false]);
  expect(attempts.map(({ file }) => file)).toEqual(['a', 'b', 'c']);
});

test('goes on by itself after failures that pass, with pauses that grow, and at once when the connection is back', async () => {
  const { queue, attempts, add, pass, state } = start();
  await add('a');
  await attempts[0]!.end({ kind: 'later', afterMs: null });
  expect(state('a')).toEqual({ kind: 'waiting' });
  await pass(QUEUE_LIMITS.retryFirstMs - 1);
  expect(attempts).toHaveLength(1);
  await pass(1);
  await attempts[1]!.end({ kind: 'later', afterMs: null });
  await pass(2 * QUEUE_LIMITS.retryFirstMs);
  await attempts[2]!.end({ kind: 'later', afterMs: 50_000 });
  await pass(49_999);
  expect(attempts).toHaveLength(3);
  queue.hurry();
  await pass(0);
  expect(attempts).toHaveLength(4);
});

test('a refusal stays until the person tries again or gives up', async () => {
  const { queue, attempts, add, pass, state, store } = start();
  await add('a', 'b');
  for (const attempt of [...attempts]) await attempt.end({ kind: 'refused', message: 'No.' });
  expect(state('a')).toEqual({ kind: 'failed', reason: { kind: 'refused', message: 'No.' } });
  await pass(1_000_000);
  expect(attempts).toHaveLength(2);
  queue.retry('plan', 'a');
  await pass(0);
  expect(state('a')).toMatchObject({ kind: 'sending' });
  queue.cancel('plan', 'b');
  await settle();
  expect([state('b'), store.stored.has('b')]).toEqual([null, false]);
});

test('waits a while for a document that the server does not know yet', async () => {
  const { attempts, add, pass, state } = start();
  await add('a');
  for (let attempt = 0; attempt < QUEUE_LIMITS.attemptsWithoutDocument; attempt++) {
    expect(state('a')).toMatchObject({ kind: 'sending' });
    await attempts[attempt]!.end({ kind: 'no-document', message: 'None.' });
    if (attempt + 1 < QUEUE_LIMITS.attemptsWithoutDocument) await pass(QUEUE_LIMITS.retryLastMs);
  }
  expect(state('a')).toMatchObject({ kind: 'failed' });
});

test('a cancelled upload is aborted, and its late answer changes nothing', async () => {
  const { queue, attempts, add, state } = start();
  await add('a');
  queue.cancel('plan', 'a');
  expect(attempts[0]!.signal.aborted).toBe(true);
  await attempts[0]!.end({ kind: 'later', afterMs: null });
  expect(state('a')).toBeNull();
});

test('another page goes on with what one has left, and with what another tab has not sent', async () => {
  const first = start();
  await first.add('a', 'b');
  const locked = new Set(['plan/a']);
  const second = start({ store: first.store, locked });
  await second.queue.start();
  await second.pass(0);
  expect(second.attempts.map(({ file }) => file)).toEqual(['b']);
  expect(second.state('a')).toEqual({ kind: 'waiting' });
  await first.attempts[0]!.end({ kind: 'stored' });
  locked.clear();
  await second.pass(QUEUE_LIMITS.otherTabMs);
  expect(second.state('a')).toBeNull();
});

test('what one person has not sent is not sent by another one, unless it was a guest’s and is taken over', async () => {
  const first = start();
  await first.add('a');
  const eve: UploadOwner = { id: 'eve', isGuest: false };
  const second = start({ store: first.store, user: eve });
  await second.queue.start();
  await second.pass(QUEUE_LIMITS.retryLastMs);
  expect(second.attempts).toEqual([]);
  expect(second.queue.uploads()).toEqual([]);
  expect(await second.queue.unsent()).toBe(1);
  await second.queue.takeFromGuests();
  const third = start({ store: first.store, user: eve });
  await third.queue.start();
  await third.pass(0);
  expect(third.attempts.map(({ file }) => file)).toEqual(['a']);
});

test('takes so much and no more, and says when only the page has it', async () => {
  const { queue, add, store } = start();
  expect(queue.add([upload('large', QUEUE_LIMITS.maxBytes + 1)])).toBe(false);
  const names = Array.from({ length: QUEUE_LIMITS.maxFiles + 1 }, (_, index) => `file ${index}`);
  expect(await add(...names)).toBe(false);
  expect(queue.uploads()).toEqual([]);
  expect(await add('a')).toBe(true);
  expect(queue.isOnlyInMemory).toBe(false);
  store.isBroken = true;
  await add('b');
  expect(queue.isOnlyInMemory).toBe(true);
});

test('a file that has failed keeps its place, and no room', async () => {
  const { queue, attempts, add, state } = start();
  const names = Array.from({ length: QUEUE_LIMITS.maxFiles }, (_, index) => `file-${index}`);
  expect(await add(...names)).toBe(true);
  expect(await add('more')).toBe(false);
  await attempts[0]!.end({ kind: 'off' });
  expect(state('file-0')).toMatchObject({ kind: 'failed' });
  expect(await add('more')).toBe(true);
  expect(queue.uploads()).toHaveLength(QUEUE_LIMITS.maxFiles + 1);
});
