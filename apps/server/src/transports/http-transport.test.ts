import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { encodePart } from '@tandem/protocol';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import { PollTransport } from './poll-transport.ts';
import type { TransportOwner } from './transport.ts';

interface FakeAnswer {
  status: number | null;
  isDestroyed: boolean;
}

function fakeAnswer(): FakeAnswer & { readonly response: ServerResponse } {
  const answer: FakeAnswer = { status: null, isDestroyed: false };
  const response = {
    headersSent: false,
    get destroyed() {
      return answer.isDestroyed;
    },
    writeHead(status: number) {
      answer.status = status;
      return { end: () => undefined };
    },
    destroy: () => (answer.isDestroyed = true),
  } as unknown as ServerResponse;
  return Object.assign(answer, { response });
}

function transport() {
  const received: string[] = [];
  const owner: TransportOwner = {
    receive: (data) => void received.push(data.toString()),
    onPong: () => {},
    onProtocolError: () => {},
    onClosed: () => {},
    onError: () => {},
  };
  const poll = new PollTransport(
    { node: null, cookie: null, format: 'text', onGone: () => {} },
    new TimerWheel(),
  );
  poll.own(owner);
  return { poll, received };
}

const frame = (text: string): Uint8Array => encodePart({ kind: 'frame', data: Buffer.from(text) });

test('T3: keeps one request that waits for it to read, however often that is said', () => {
  const { poll, received } = transport();
  poll.pause();
  const answers = Array.from({ length: 100 }, fakeAnswer);
  for (const { response } of answers) poll.send(1, frame('one'), response);
  expect(answers.filter(({ isDestroyed }) => !isDestroyed)).toHaveLength(1);
  expect(received).toEqual([]);
  poll.resume();
  expect(received).toEqual(['one']);
  expect(answers.map(({ status }) => status).filter(Boolean)).toEqual([204]);
  expect(answers.at(-1)).toMatchObject({ status: 204, isDestroyed: false });
  const next = fakeAnswer();
  poll.send(2, frame('two'), next.response);
  expect([received, next.status]).toEqual([['one', 'two'], 204]);
});
