import { expect, test } from 'vitest';
import fc from 'fast-check';
import { decodeFrame, encodeFrame, REPLY_KINDS, type Frame } from './frame.ts';

const from = fc.record({ node: fc.string({ unit: 'grapheme' }), boot: fc.string() });
const payload = fc.uint8Array({ maxLength: 100 });
const service = fc.string({ unit: 'grapheme' });
const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ kind: fc.constant('message' as const), from, payload }),
  fc.record({ kind: fc.constant('mail' as const), from, service, payload }),
  fc.record({ kind: fc.constant('request' as const), from, id, service, payload }),
  fc.record({
    kind: fc.constant('reply' as const),
    from,
    id,
    toBoot: fc.string(),
    outcome: fc.constantFrom(...REPLY_KINDS),
    payload,
  }),
  fc.record({
    kind: fc.constant('heartbeat' as const),
    from,
    startedAtMs: id,
    hasTopics: fc.boolean(),
    wantsReply: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('leaving' as const), from }),
  fc.record({
    kind: fc.constant('echo' as const),
    from,
    sentMs: fc.double({ noNaN: true }),
  }),
);

test('BU4: every frame survives the wire', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
    { seed: 29 },
  );
});

test('BU4, UP6: another version, a part of a frame, and any bytes are no frame, or one', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 2, max: 255 }), (frame, version) => {
      const bytes = encodeFrame(frame);
      bytes[0] = version;
      expect(decodeFrame(bytes)).toBeNull();
    }),
    { seed: 29 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      decodeFrame(Uint8Array.of(1, ...bytes));
    }),
    { seed: 29 },
  );
  expect(decodeFrame(new Uint8Array())).toBeNull();
});
