import {
  binaryCodec,
  MAX_CHANNELS_PER_CONNECTION,
  MAX_FRAME_BYTES_BEFORE_HELLO,
  type MessageOf,
} from '@tandem/protocol';
import { expect, test } from 'vitest';
import { encodeHello, type ChannelRequest } from './hello.ts';

const me = { schema: 1, token: 't'.repeat(500) };
const open = (ref: number, vectorBytes = 0): ChannelRequest => ({
  type: 'open',
  channel: 0,
  ref,
  document: `document-${ref}`,
  client: ref,
  stateVector: new Uint8Array(vectorBytes),
});

function decoded(frame: Uint8Array): MessageOf<'hello'> {
  const { messages } = binaryCodec.decodeFromClient(frame) as Extract<
    ReturnType<typeof binaryCodec.decodeFromClient>,
    { kind: 'ok' }
  >;
  expect(messages).toHaveLength(1);
  return messages[0] as MessageOf<'hello'>;
}

test('W11: names what is open, in its order; an older server can read it where nothing is', () => {
  const requests: ChannelRequest[] = [
    open(1),
    { type: 'subscribe', channel: 0, ref: 2, name: 'library' },
  ];
  const { frame, rest } = encodeHello(me, requests);
  expect(rest).toEqual([]);
  const channels = requests.map(({ channel: _, ...body }) => body);
  expect(decoded(frame)).toMatchObject({ ...me, channels });
  expect(decoded(encodeHello(me, []).frame)).not.toHaveProperty('channels');
});

test('W7, W11: requests that do not fit into the frame are returned', () => {
  const requests = [open(1, 30_000), open(2, 30_000), open(3, 20_000), open(4, 2_000)];
  const { frame, rest } = encodeHello(me, requests);
  expect(frame.byteLength).toBeLessThanOrEqual(MAX_FRAME_BYTES_BEFORE_HELLO);
  expect(decoded(frame).channels?.map(({ ref }) => ref)).toEqual([1, 2, 4]);
  expect(rest.map(({ ref }) => ref)).toEqual([3]);
});

test('W11: the fullest frame that is made can be read', () => {
  for (let spare = 0; spare < 200; spare++) {
    const { frame } = encodeHello(me, [
      open(1, 32_000),
      open(2, 32_000),
      open(3, 500 + 2 * spare),
      open(4),
    ]);
    expect(frame.byteLength).toBeLessThanOrEqual(MAX_FRAME_BYTES_BEFORE_HELLO);
    decoded(frame);
  }
});

test('W11: names no more channels than a connection may have', () => {
  const requests = Array.from({ length: MAX_CHANNELS_PER_CONNECTION + 2 }, (_, ref) => open(ref));
  const { frame, rest } = encodeHello(me, requests);
  expect(decoded(frame).channels).toHaveLength(MAX_CHANNELS_PER_CONNECTION);
  expect(rest).toHaveLength(2);
});
