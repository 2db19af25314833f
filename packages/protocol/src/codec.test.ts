import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { decodeUtf8 } from 'lib0/string';
import { expect, test } from 'vitest';
import { binaryCodec } from './binary-codec.ts';
import { jsonCodec } from './json-codec.ts';
import { MessageTooLargeError } from './control-body.ts';
import { MAX_AWARENESS_BYTES, MAX_CONTROL_BYTES, MAX_MESSAGES_PER_FRAME } from './limits.ts';
import type { ClientMessage } from './messages/message.ts';
import { examples } from './testing/examples.ts';

function rawMessage(id: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, id);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

const invalid = expect.objectContaining({ kind: 'invalid', reason: expect.any(String) });

test('W2: several messages share a frame and keep their order', () => {
  const messages: ClientMessage[] = [examples.hello, examples.open, examples.update, examples.ping];
  expect(binaryCodec.decodeFromClient(binaryCodec.join(messages.map(binaryCodec.encode)))).toEqual({
    kind: 'ok',
    messages,
  });
  expect(jsonCodec.decodeFromClient(jsonCodec.join(messages.map(jsonCodec.encode)))).toEqual({
    kind: 'ok',
    messages,
  });
});

test('W2: a frame holds at most MAX_MESSAGES_PER_FRAME messages', () => {
  const ping = binaryCodec.encode(examples.ping);
  const frame = (count: number) => binaryCodec.join(Array.from({ length: count }, () => ping));
  expect(binaryCodec.decodeFromClient(frame(MAX_MESSAGES_PER_FRAME))).toMatchObject({ kind: 'ok' });
  expect(binaryCodec.decodeFromClient(frame(MAX_MESSAGES_PER_FRAME + 1))).toEqual(invalid);
});

test('W6: no bytes make a decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(['ok', 'invalid']).toContain(binaryCodec.decodeFromClient(bytes).kind);
      expect(['ok', 'invalid']).toContain(binaryCodec.decodeFromServer(bytes).kind);
    }),
    { seed: 7, numRuns: 3000 },
  );
});

test('W6: no mutation of a good frame makes a decoder throw', () => {
  const frames = Object.values(examples).map((message) => binaryCodec.encode(message));
  fc.assert(
    fc.property(fc.constantFrom(...frames), fc.nat(), fc.nat(255), (frame, at, value) => {
      const mutant = frame.slice();
      mutant[at % mutant.byteLength] = value;
      expect(['ok', 'invalid']).toContain(binaryCodec.decodeFromClient(mutant).kind);
    }),
    { seed: 11, numRuns: 5000 },
  );
});

test.each([
  ['binary', binaryCodec],
  ['JSON', jsonCodec],
])(
  'W22: in %s, awareness from a client is short, and awareness from the server may be longer',
  (_, codec) => {
    const awareness = (bytes: number) =>
      codec.encode({ ...examples.awareness, update: new Uint8Array(bytes) }) as never;
    expect(codec.decodeFromClient(awareness(MAX_AWARENESS_BYTES))).toMatchObject({ kind: 'ok' });
    expect(codec.decodeFromClient(awareness(MAX_AWARENESS_BYTES + 1))).toEqual(invalid);
    // The server's message is longer: it has names, and numbers in full.
    expect(codec.decodeFromServer(awareness(6 * MAX_AWARENESS_BYTES))).toMatchObject({
      kind: 'ok',
    });
  },
);

test('W6, W24: an emoji newer than this browser is accepted from the server; from a client it fails only its command', () => {
  const emoji = '\u{1FBFF}\u{1FBFF}';
  const at = 1;
  const reacted = {
    name: 'chat:reacted',
    at,
    message: examples.command.id,
    user: { id: 'ada', name: 'Ada', color: 1 },
    emoji,
    on: true,
  } as const;
  const events = binaryCodec.encode({
    type: 'events',
    channel: 3,
    from: 0,
    to: 1,
    events: [reacted],
  });
  expect(binaryCodec.decodeFromServer(events)).toMatchObject({ kind: 'ok' });
  const input = { document: 'document', message: examples.command.id, emoji, on: true };
  const { id } = examples.command;
  const command = binaryCodec.encode({
    type: 'command',
    channel: 0,
    id,
    name: 'chat:react',
    input,
  });
  expect(binaryCodec.decodeFromClient(command)).toMatchObject({
    messages: [{ type: 'unaccepted-command', id }],
  });
});

test('W6: no text makes the JSON decoder throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(['ok', 'invalid']).toContain(jsonCodec.decodeFromClient(text).kind);
    }),
    { seed: 13, numRuns: 2000 },
  );
});

test.each([
  ['an empty frame', new Uint8Array()],
  ['an unknown type', rawMessage(99, new Uint8Array())],
  ['a body cut short', binaryCodec.encode(examples.open).subarray(0, 20)],
  [
    'an array of 33 million elements in five bytes',
    rawMessage(1, Uint8Array.from([0xdd, 0x02, 0, 0, 0])),
  ],
  ['a map of 4 billion entries', rawMessage(1, Uint8Array.from([0xdf, 0xff, 0xff, 0xff, 0xff]))],
  ['nesting without end', rawMessage(1, new Uint8Array(10_000).fill(0x91))],
  ['an extension type', rawMessage(1, Uint8Array.from([0x81, 0xa1, 0x61, 0xd4, 0x00, 0x00]))],
  ['a control body too large', rawMessage(1, new Uint8Array(MAX_CONTROL_BYTES.client + 1))],
  ['bytes after a ping', rawMessage(20, Uint8Array.from([1, 2]))],
  ['cseq 0', rawMessage(8, Uint8Array.from([0, 0, 0]))],
  ['a varint without end', new Uint8Array(12).fill(0xff)],
])('W6: %s is refused', (_name, frame) => {
  expect(binaryCodec.decodeFromClient(frame)).toEqual(invalid);
});

test.each([
  ['text that is not JSON', '{'],
  ['a number', '1'],
  ['an unknown type', '{"type":"shout"}'],
  ['an unknown field', '{"type":"leave","channel":1,"loud":true}'],
  ['deep nesting', `{"type":"leave","x":${'['.repeat(50)}${']'.repeat(50)}}`],
  ['bytes that are not base64', '{"type":"update","channel":1,"cseq":1,"update":"*"}'],
])('W6: %s is refused in JSON', (_name, frame) => {
  expect(jsonCodec.decodeFromClient(frame)).toEqual(invalid);
});

test('W6: a document that thousands of people wrote in can still be opened', () => {
  const opened = { ...examples.opened, stateVector: new Uint8Array(MAX_CONTROL_BYTES.client * 2) };
  const encoded = binaryCodec.encode(opened);
  expect(binaryCodec.decodeFromServer(encoded)).toEqual({ kind: 'ok', messages: [opened] });
});

test('W46: what a client would refuse is not encoded', () => {
  const opened = { ...examples.opened, stateVector: new Uint8Array(MAX_CONTROL_BYTES.server) };
  expect(() => binaryCodec.encode(opened)).toThrow(MessageTooLargeError);
});

test('W7: a message larger than a frame travels in parts and is the same after', () => {
  const update = new Uint8Array(100_000).map((_, i) => i % 251);
  const message = { type: 'update', channel: 5, cseq: 1, update } as const;
  const frames = binaryCodec.split(binaryCodec.encode(message), { channel: 5, maxBytes: 16_384 });
  const slices: Uint8Array[] = [];
  for (const [index, frame] of frames.entries()) {
    expect(frame.byteLength).toBeLessThanOrEqual(16_384);
    const decoded = binaryCodec.decodeFromClient(frame);
    if (decoded.kind !== 'ok' || decoded.messages[0]?.type !== 'fragment')
      throw new Error('not a part');
    expect(decoded.messages[0].last).toBe(index === frames.length - 1);
    slices.push(decoded.messages[0].bytes);
  }
  expect(binaryCodec.decodeFromClient(binaryCodec.join(slices))).toEqual({
    kind: 'ok',
    messages: [message],
  });
});

test('W7: JSON parts hold the text of the message', () => {
  const message = { type: 'update', channel: 5, cseq: 1, update: new Uint8Array(30_000) } as const;
  const frames = jsonCodec.split(jsonCodec.encode(message), { channel: 5, maxBytes: 8_192 });
  const slices: Uint8Array[] = [];
  for (const frame of frames) {
    expect(frame.length).toBeLessThanOrEqual(8_192);
    const decoded = jsonCodec.decodeFromClient(frame);
    if (decoded.kind !== 'ok' || decoded.messages[0]?.type !== 'fragment')
      throw new Error('not a part');
    slices.push(decoded.messages[0].bytes);
  }
  const text = decodeUtf8(binaryCodec.join(slices));
  expect(jsonCodec.decodeFromClient(text)).toEqual({ kind: 'ok', messages: [message] });
});
