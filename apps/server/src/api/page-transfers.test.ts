/** Readers of public pages: PB6 and PB10 of PROTOCOL.md. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@tandem/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { FILES } from '../files/limits.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import { PageTransfers } from './page-transfers.ts';

/** An answer whose reader takes as many chunks as it is told to. */
class FakeAnswer extends Writable {
  taken = 0;
  isReset = false;
  refusal: ReturnType<PageTransfers['refusalOf']> = null;
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
  const isAllowed = async () => isPublished;
  const send = async (page: number | Uint8Array, network: string | null = null) => {
    const bytes = typeof page === 'number' ? new Uint8Array(page) : page;
    const answer = new FakeAnswer();
    answer.refusal = transfers.refusalOf({ bytes, network });
    if (answer.refusal === null)
      transfers.send(answer as unknown as ServerResponse, { bytes, network, isAllowed });
    await nextTurn();
    return answer;
  };
  const wait = async (ms: number) => {
    for (let waited = 0; waited < ms; waited += FILES.accessIntervalMs) {
      clock.advance(FILES.accessIntervalMs);
      await nextTurn();
    }
  };
  const unpublish = () => (isPublished = false);
  return { clock, transfers, isAllowed, send, wait, unpublish };
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

const resets = (answers: readonly FakeAnswer[]) => answers.map(({ isReset }) => isReset);
const { maxBytesInFlight, maxBytesOfNetwork } = PUBLIC_PAGES;

test('PB10 readers share the bytes of a page, however many they are', async () => {
  const { send } = scene();
  const page = new Uint8Array(maxBytesOfNetwork / 2);
  const first = await send(page, '192.0.2.1');
  for (let i = 2; i <= 40; i++)
    for (const network of [`192.0.2.${i}`, null])
      expect((await send(page, network)).refusal).toBeNull();
  expect(first.isReset).toBe(false);
});

test('PB10 above the limit of bytes on their way, the network that holds most loses who began first', async () => {
  const { send } = scene();
  const other = await send(1_000, '198.51.100.7');
  const answers = [];
  const page = maxBytesOfNetwork / 2;
  for (let i = 0; i < (2 * maxBytesInFlight) / maxBytesOfNetwork - 1; i++)
    answers.push(await send(page, `192.0.2.${i >> 1}`));
  expect(resets(answers)).not.toContain(true);
  const last = await send(page, '203.0.113.9');
  await nextTurn();
  expect(resets(answers)).toEqual([true, ...answers.slice(1).map(() => false)]);
  expect(resets([other, last])).toEqual([false, false]);
  answers[1]!.destroy();
  await nextTurn();
  // The place of who has left is free.
  await send(page, '203.0.113.10');
  expect(resets([other, last, ...answers.slice(2)])).not.toContain(true);
});

test('PB10 a network has so many transfers and bytes, and others do not wait for it', async () => {
  const { send } = scene();
  const running = [];
  for (let i = 0; i < PUBLIC_PAGES.maxTransfersOfNetwork; i++)
    running.push(await send(BYTES, '192.0.2.7'));
  expect((await send(BYTES, '192.0.2.7')).refusal).toBe('network-full');
  expect((await send(BYTES, '192.0.2.8')).refusal).toBeNull();
  running[0]!.destroy();
  await nextTurn();
  expect((await send(BYTES, '192.0.2.7')).refusal).toBeNull();
  await send(maxBytesOfNetwork, '192.0.2.9');
  expect((await send(BYTES, '192.0.2.9')).refusal).toBe('network-full');
});

test('PB10 where no network is known, new readers wait, and nobody is left for them', async () => {
  const { send } = scene();
  const running = [];
  for (let i = 0; i < 8; i++) running.push(await send(maxBytesInFlight / 8));
  expect((await send(BYTES)).refusal).toBe('full');
  expect(resets(running)).not.toContain(true);
  running[0]!.destroy();
  await nextTurn();
  const { maxTransfersOfUnknown } = PUBLIC_PAGES;
  for (let i = running.length; i <= maxTransfersOfUnknown; i++)
    expect((await send(1)).refusal).toBeNull();
  expect((await send(1)).refusal).toBe('full');
});

/** More than sockets hold. */
const LARGE = new Uint8Array(40_000_000);

/** The last request over a real connection is answered by a page, those before by nothing. The client does not read yet. */
async function connected(requests: number, page: Uint8Array) {
  const { transfers, isAllowed, wait, unpublish } = scene();
  const answers: ServerResponse[] = [];
  const server = createServer((_request, answer) => {
    answers.push(answer);
    if (answers.length === requests)
      transfers.send(answer, { bytes: page, network: null, isAllowed });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(requests));
  await expect.poll(() => answers.length).toBe(requests);
  const takeOff = async () => {
    unpublish();
    await wait(FILES.accessIntervalMs);
  };
  /** Until the server ends the connection. */
  const read = async () => {
    let received = 0;
    socket.on('error', () => {});
    socket.on('data', (data) => (received += data.length)).resume();
    await once(socket, 'close');
    return received;
  };
  return { answers, takeOff, read };
}

test('PB6 a page that is taken off does not arrive over a connection', async () => {
  const { takeOff, read } = await connected(1, LARGE);
  await takeOff();
  expect(await read()).toBeLessThan(LARGE.length);
});

test('PB6 nor does one that waits for the answer before it on its connection', async () => {
  const { answers, takeOff, read } = await connected(2, new Uint8Array(BYTES));
  await takeOff();
  answers[0]!.end('first');
  expect(await read()).toBeLessThan(PUBLIC_PAGES.chunkBytes);
});
