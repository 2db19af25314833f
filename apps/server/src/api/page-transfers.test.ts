/** Readers of public pages: PB6 and PB10 of PROTOCOL.md. */
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { FILES } from '../files/limits.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import { PageTransfers } from './page-transfers.ts';

/** An answer whose reader takes as many chunks as it is told to. */
class FakeAnswer extends Writable {
  taken = 0;
  isReset = false;
  readonly #waiting: (() => void)[] = [];
  readonly socket = {
    resetAndDestroy: () => {
      this.isReset = true;
      this.destroy();
    },
  };

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#waiting.push(() => {
      this.taken += chunk.length;
      done();
    });
  }

  async take(chunks = Number.POSITIVE_INFINITY): Promise<void> {
    for (let i = 0; i < chunks; i++) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next();
      await nextTurn();
    }
  }
}

function scene() {
  const clock = new ManualClock();
  const transfers = new PageTransfers(clock);
  let isPublished = true;
  const send = async (bytes: number) => {
    const answer = new FakeAnswer();
    transfers.send(answer as unknown as ServerResponse, {
      bytes: new Uint8Array(bytes),
      isAllowed: async () => isPublished,
    });
    await nextTurn();
    return answer;
  };
  const wait = async (ms: number) => {
    for (let waited = 0; waited < ms; waited += FILES.accessIntervalMs) {
      clock.advance(FILES.accessIntervalMs);
      await nextTurn();
    }
  };
  return { clock, send, wait, unpublish: () => (isPublished = false) };
}

const BYTES = 10 * PUBLIC_PAGES.chunkBytes + 1;

test('PB10 a page arrives whole, in chunks that wait for the reader', async () => {
  const { clock, send } = scene();
  const answer = await send(BYTES);
  await answer.take(3);
  expect(answer.taken).toBe(3 * PUBLIC_PAGES.chunkBytes);
  await answer.take();
  expect([answer.taken, answer.writableFinished, answer.isReset]).toEqual([BYTES, true, false]);
  expect(clock.pending).toBe(0);
});

test('PB10 a reader who does not read is left', async () => {
  const { clock, send, wait } = scene();
  const [idle, slow] = [await send(BYTES), await send(BYTES)];
  await wait(FILES.stallTimeoutMs - 2 * FILES.accessIntervalMs);
  await slow.take(1);
  expect([idle.isReset, slow.isReset]).toEqual([false, false]);
  await wait(3 * FILES.accessIntervalMs);
  expect([idle.isReset, slow.isReset]).toEqual([true, false]);
  await wait(FILES.stallTimeoutMs);
  expect(slow.isReset).toBe(true);
  expect(clock.pending).toBe(0);
});

test('PB6 a page that is taken off does not arrive', async () => {
  const { send, wait, unpublish } = scene();
  const answer = await send(BYTES);
  await answer.take(1);
  unpublish();
  await wait(FILES.accessIntervalMs);
  expect(answer.isReset).toBe(true);
});

test('PB10 above the limit of bytes on their way, who began first is left', async () => {
  const { send } = scene();
  const page = PUBLIC_PAGES.maxBytesInFlight / 4;
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push(await send(page));
  expect(answers.map(({ isReset }) => isReset)).toEqual([false, false, false, false]);
  answers.push(await send(page));
  await nextTurn();
  expect(answers.map(({ isReset }) => isReset)).toEqual([true, false, false, false, false]);
  answers[1]!.destroy();
  await nextTurn();
  // The place of who has left is free.
  answers.push(await send(page));
  expect(answers.slice(2).map(({ isReset }) => isReset)).toEqual([false, false, false, false]);
});
