/** Malformed frames, and invalid first messages. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  binaryCodec,
  MAX_CONTROL_BYTES,
  MAX_CONTROL_DEPTH,
  MAX_FRAME_BYTES,
  MAX_FRAME_BYTES_BEFORE_HELLO,
  MAX_MESSAGES_PER_FRAME,
  PROTOCOL_VERSION,
} from '@tandem/protocol';
import { refusal } from './well-behaved-client.ts';
import { hostileFixture } from './hostile-fixture.ts';
import { NativeClient } from './native-client.ts';

const fixture = hostileFixture();

const bytes = (...parts: number[]) => Buffer.from(parts);

const message = (type: number, ...body: number[]) => bytes(type, 0, body.length, ...body);
const HELLO = 1;
const LEAVE = 5;
const UPDATE = 8;
const PING = 20;

const nested = Array.from({ length: MAX_CONTROL_DEPTH + 1 }, () => [0x81, 0xa1, 97]).flat();
const pings = Array.from({ length: MAX_MESSAGES_PER_FRAME + 1 }, () => [
  ...message(PING, 1),
]).flat();

type Malformed = readonly [what: string, frame: Buffer | string, reason: string];

/** Each violates a different rule of W3, W5 or W6. */
const BINARY: readonly Malformed[] = [
  ['empty', bytes(), 'empty frame'],
  ['cut short', bytes(HELLO, 0, 200, 1), 'Unexpected end of array'],
  ['without a length', bytes(HELLO, 0), 'Unexpected end of array'],
  ['of a number that does not end', Buffer.alloc(20, 0xff), 'Integer out of Range'],
  ['of an unknown type', message(99), 'unknown message type 99'],
  ['of no type', message(0), 'unknown message type 0'],
  ['of the server’s own', message(9, 1, 0, 1), 'ack is not for a client to send'],
  ['with something behind it', bytes(...message(PING, 1), 7), 'Unexpected end of array'],
  ['with a body that is too long', message(PING, 1, 1), 'bytes after ping'],
  ['with a body that is too short', message(UPDATE), 'Unexpected end of array'],
  ['with a count below the first', message(UPDATE, 0, 0, 0), 'cseq counts from 1'],
  ['with a body that is no map', message(HELLO, 0x90), 'expected object'],
  [
    'with a body that claims more than it has',
    message(HELLO, 0xdf, 0xff, 0xff, 0xff, 0xff),
    'more elements than bytes',
  ],
  ['with half a name', message(HELLO, 0x81, 0xd9, 200), 'control body cut short'],
  ['with an extension type', message(HELLO, 0x81, 0xa1, 97, 0xd4, 1, 1), 'extension types'],
  ['that is deep', message(HELLO, ...nested, 1), 'too deep'],
  ['without its fields', message(HELLO, 0x80), 'hello'],
  ['with an unknown field', message(LEAVE, 0x81, 0xa1, 97, 1), 'Unrecognized key: "a"'],
  ['of too many messages', bytes(...pings), 'too many messages in one frame'],
];

const JSON_FRAMES: readonly Malformed[] = [
  ['empty', '', 'not JSON'],
  ['cut short', '{"type":"ping"', 'not JSON'],
  ['with something behind it', '{"type":"leave"}{"type":"leave"}', 'not JSON'],
  ['nothing', 'null', 'expected object'],
  ['a number', '7', 'expected object'],
  ['a name', '"hello"', 'expected object'],
  ['an empty list', '[]', 'empty frame'],
  ['a list in a list', '[[]]', 'expected object'],
  ['without a type', '{}', 'unknown message type undefined'],
  ['of an unknown type', '{"type":"constructor"}', 'unknown message type constructor'],
  ['of the server’s own', '{"type":"goaway","retryAfterMs":1}', 'goaway is not for a client'],
  ['on a channel that cannot be', '{"type":"leave","channel":-1}', 'channel: Too small'],
  ['without its fields', '{"type":"ping"}', 'nonce: Invalid input'],
  ['with a field of another kind', '{"type":"ping","nonce":"1"}', 'nonce: Invalid input'],
  ['with a number that is none', '{"type":"ping","nonce":1e999}', 'nonce: Invalid input'],
  ['with an unknown field', '{"type":"leave","a":1}', 'Unrecognized key: "a"'],
  ['with an unknown field of a long name', `{"type":"leave","${'a'.repeat(9_000)}":1}`, 'aaaa'],
  ['with bytes that are none', '{"type":"update","cseq":1,"update":"!"}', 'Invalid base64'],
  ['that is deep', '['.repeat(20_000) + ']'.repeat(20_000), 'frame too deep'],
  [
    'of too many messages',
    JSON.stringify(Array(MAX_MESSAGES_PER_FRAME + 1).fill({ type: 'leave' })),
    'too many messages in one frame',
  ],
];

const FORMATS = [
  ['binary', BINARY],
  ['json', JSON_FRAMES],
] as const;

describe.each(FORMATS)('a frame, %s,', (format, frames) => {
  test.each(frames)(
    '%s is refused before hello and after it (W6)',
    async (_what, frame, reason) => {
      const outsider = new NativeClient(fixture.server, { format });
      await outsider.opened();
      const known = await NativeClient.onAuthenticated(fixture.server, {
        guest: fixture.guest,
        format,
      });
      for (const client of [outsider, known]) {
        client.socket.send(frame);
        const { code, sentence } = await refusal(client);
        expect([code, sentence]).toEqual([4400, expect.stringContaining(reason)]);
        expect(sentence).toMatch(/^A frame does not fit the protocol: /);
      }
    },
  );
});

describe('a frame', () => {
  test('that is text where binary was agreed is refused', async () => {
    const client = new NativeClient(fixture.server);
    await client.opened();
    client.socket.send('{"type":"hello"}');
    expect(await refusal(client)).toEqual({
      code: 4400,
      sentence: 'Frames of tandem.v1 are binary.',
    });
  });

  test('may be large after hello, and has its limits', async () => {
    const outsider = new NativeClient(fixture.server);
    await outsider.opened();
    outsider.socket.send(Buffer.alloc(MAX_FRAME_BYTES_BEFORE_HELLO + 1));
    expect(await refusal(outsider)).toMatchObject({
      code: 4413,
      sentence: expect.stringContaining('before hello') as string,
    });
    const known = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    known.socket.send(Buffer.alloc(MAX_FRAME_BYTES + 1));
    expect(await refusal(known)).toMatchObject({
      code: 4413,
      sentence: expect.stringContaining('larger') as string,
    });
  });

  test('that breaks WebSocket itself is refused', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const { _socket: raw } = client.socket as unknown as { _socket: { write(data: Buffer): void } };
    // Reserved bits, no mask.
    raw.write(bytes(0xff, 0x00));
    expect(await refusal(client)).toEqual({
      code: 4400,
      sentence: 'This connection broke the rules of WebSocket.',
    });
  });

  test('that is binary, or not UTF-8, where text was agreed is refused', async () => {
    const binary = await NativeClient.onAuthenticated(fixture.server, {
      guest: fixture.guest,
      format: 'json',
    });
    binary.socket.send(Buffer.from('{"type":"leave"}'), { binary: true });
    expect(await refusal(binary)).toEqual({
      code: 4400,
      sentence: 'Frames of tandem.v1.json are text.',
    });
    const broken = await NativeClient.onAuthenticated(fixture.server, {
      guest: fixture.guest,
      format: 'json',
    });
    broken.socket.send(bytes(0xff, 0xfe), { binary: false });
    expect(await refusal(broken)).toEqual({
      code: 4400,
      sentence: 'A text frame was not UTF-8.',
    });
  });

  test('with a body of control that is too large is refused (W6)', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const token = 't'.repeat(MAX_CONTROL_BYTES.client);
    client.socket.send(binaryCodec.encode({ type: 'token', channel: 0, token }));
    expect(await refusal(client)).toMatchObject({ code: 4400 });
  });

  test('of 100 MB is refused by what it claims, before hello and after it (W7)', async () => {
    const outsider = new NativeClient(fixture.server);
    await outsider.opened();
    const known = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    for (const client of [outsider, known]) {
      client.socket.send(Buffer.alloc(100 * 1_024 * 1_024));
      expect((await refusal(client)).code).toBe(4413);
    }
  });

  test.each([
    ['small', 8, 4400, 'A message came in too many pieces.'],
    ['large', 256 * 1_024, 4413, 'A frame was larger than this server takes.'],
  ])('in %s fragments without end is refused (W7)', async (_what, size, code, sentence) => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    for (let i = 0; i < 100 && client.closed === null; i++)
      client.socket.send(Buffer.alloc(size), { fin: false });
    expect(await refusal(client)).toEqual({ code, sentence });
  });

  test('that is compressed, as a bomb would be, is refused without a look into it', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const bomb = deflateRawSync(Buffer.alloc(50 * 1_024 * 1_024));
    // FIN, RSV1 and binary, masked with zeros.
    const header = Buffer.from([0xc2, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(bomb.byteLength, 6);
    const { _socket: raw } = client.socket as unknown as { _socket: { write(data: Buffer): void } };
    raw.write(Buffer.concat([header, bomb]));
    expect(await refusal(client)).toEqual({
      code: 4400,
      sentence: 'This connection broke the rules of WebSocket.',
    });
  });
});

describe('hello', () => {
  test('comes first', async () => {
    const client = new NativeClient(fixture.server);
    await client.opened();
    client.send({ type: 'open', channel: 0, ref: 1, document: fixture.document, client: 3 });
    expect(await refusal(client)).toEqual({
      code: 4400,
      sentence: 'The first message is hello, not open.',
    });
  });

  test('comes once', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    client.hello(fixture.guest.token);
    expect(await refusal(client)).toEqual({
      code: 4400,
      sentence: 'hello was said before; it is said once.',
    });
  });

  test('comes in time', async () => {
    const client = new NativeClient(fixture.server);
    await client.opened();
    expect(await refusal(client)).toEqual({
      code: 4508,
      sentence: 'This connection did not say in time who it is.',
    });
  });

  test('speaks a version that both know', async () => {
    const client = new NativeClient(fixture.server);
    await client.opened();
    client.send({
      type: 'hello',
      channel: 0,
      protocol: PROTOCOL_VERSION + 1,
      schema: 1,
      token: fixture.guest.token,
    });
    expect(await refusal(client)).toMatchObject({
      code: 4426,
      sentence: expect.stringContaining('Reload the page') as string,
    });
  });

  test('brings a token of ours', async () => {
    for (const token of [
      '',
      'forged',
      fixture.guest.token.slice(0, -3),
      `${fixture.guest.token.split('.', 2).join('.')}.`,
    ]) {
      const client = new NativeClient(fixture.server);
      await client.opened();
      client.hello(token);
      expect(await refusal(client)).toMatchObject({
        code: 4401,
        sentence: expect.stringContaining('sign-in') as string,
      });
    }
  });

  test('is not followed by more than can wait', async () => {
    const client = new NativeClient(fixture.server);
    await client.opened();
    const ping = { type: 'ping', channel: 0, nonce: 1 } as const;
    client.send(
      {
        type: 'hello',
        channel: 0,
        protocol: PROTOCOL_VERSION,
        schema: 1,
        token: fixture.guest.token,
      },
      ...Array.from({ length: 600 }, () => ping),
    );
    expect(await refusal(client)).toMatchObject({
      code: 4413,
      sentence: 'Too much was sent before hello was answered.',
    });
  });
});
