import { expect, test } from 'vitest';
import { binaryCodec } from './binary-codec.ts';
import { jsonCodec } from './json-codec.ts';
import { MESSAGES, type MessageType } from './messages/message.ts';
import { examples } from './testing/examples.ts';

const types = Object.keys(MESSAGES) as MessageType[];

test('W3: binary messages are these bytes', async () => {
  const lines = types.map((type) => `${type} ${toHex(binaryCodec.encode(examples[type]))}\n`);
  await expect(lines.join('')).toMatchFileSnapshot('../fixtures/binary.hex');
});

test('W4: JSON messages are this text', async () => {
  const lines = types.map((type) => `${jsonCodec.encode(examples[type])}\n`);
  await expect(lines.join('')).toMatchFileSnapshot('../fixtures/json.txt');
});

test.each(types)('W3, W4: %s comes back as it was from both codecs', (type) => {
  const sender = MESSAGES[type].from === 'server' ? 'decodeFromServer' : 'decodeFromClient';
  const expected = { kind: 'ok', messages: [examples[type]] };
  expect(binaryCodec[sender](binaryCodec.encode(examples[type]))).toEqual(expected);
  expect(jsonCodec[sender](jsonCodec.encode(examples[type]))).toEqual(expected);
});

test.each(types)('W5: %s from the wrong side is refused', (type) => {
  const { from } = MESSAGES[type];
  if (from === 'both') return;
  const wrong = from === 'server' ? 'decodeFromClient' : 'decodeFromServer';
  expect(binaryCodec[wrong](binaryCodec.encode(examples[type]))).toMatchObject({ kind: 'invalid' });
  expect(jsonCodec[wrong](jsonCodec.encode(examples[type]))).toMatchObject({ kind: 'invalid' });
});

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
