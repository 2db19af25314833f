import * as encoding from 'lib0/encoding';
import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { binaryCodec } from './binary-codec.ts';
import { reduceChannel, type ChannelState } from './channels.ts';
import { errorBody, errorOf } from './errors.ts';
import * as http from './http.ts';
import { jsonCodec } from './json-codec.ts';
import { jsonBodies, MESSAGES, type MessageType } from './messages/message.ts';
import { examples } from './testing/examples.ts';
import { libraryPage } from './topics/library.ts';

const types = Object.keys(MESSAGES) as MessageType[];
const packr = new Packr({ useRecords: false, variableMapSize: true, moreTypes: false });

function rawMessage(id: number, channel: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, id);
  encoding.writeVarUint(encoder, channel);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

const control = (type: MessageType, body: object) =>
  rawMessage(MESSAGES[type].id, examples[type].channel, packr.pack(body));

const sent = {
  name: 'chat:sent',
  at: 7,
  message: {
    id: examples.command.id,
    number: 4,
    author: { id: 'ada', name: 'Ada', color: 1 },
    text: 'low tide',
    mentions: [],
    replyTo: null,
    reactions: [],
    at: 7,
    editedAt: null,
    deletedAt: null,
    imported: null,
  },
};

function objectsOf(schema: unknown): object[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const isObject = 'type' in schema && schema.type === 'object' && 'properties' in schema;
  return [...(isObject ? [schema] : []), ...Object.values(schema).flatMap(objectsOf)];
}
const isStrict = (schema: object) =>
  'additionalProperties' in schema && schema.additionalProperties === false;
const objectsIn = (schema: unknown) =>
  objectsOf(z.toJSONSchema(schema as z.ZodMiniType, { io: 'input' }));

const RAW = ['updates', 'awareness'];

test.each(types.filter((type) => MESSAGES[type].from === 'server'))(
  'W45: the schema of %s lets a newer server add fields, at every depth',
  (type) => expect(objectsIn(jsonBodies[type]).filter(isStrict)).toEqual([]),
);

test.each(types.filter((type) => MESSAGES[type].from === 'client'))(
  'W6: the schema of %s refuses unknown fields of a client, at every depth',
  (type) => expect(objectsIn(jsonBodies[type]).every(isStrict)).toBe(true),
);

test.each(
  Object.entries({ ...http, libraryPage }).filter(([, value]) => value instanceof z.ZodMiniObject),
)('W45: the body %s is strict exactly when a client sends it', (name, schema) => {
  const isSent = ['profilePatch', 'documentCreate', 'documentPatch'].includes(name);
  for (const object of objectsIn(schema)) expect(isStrict(object)).toBe(isSent);
});

test.each(types.filter((type) => MESSAGES[type].from === 'server' && !RAW.includes(type)))(
  'W45: %s of a newer server, with a field that is not known here, is read without it',
  (type) => {
    const expected = { kind: 'ok', messages: [examples[type]] };
    const text = JSON.parse(jsonCodec.encode(examples[type])) as object;
    expect(jsonCodec.decodeFromServer(JSON.stringify({ ...text, added: { deep: 1 } }))).toEqual(
      expected,
    );
    const { type: _type, channel: _channel, ...body } = examples[type];
    const frame =
      type === 'ack'
        ? rawMessage(MESSAGES.ack.id, 5, Uint8Array.from([0xac, 0x02, 9, 10, 77]))
        : control(type, { ...body, added: { deep: 1 } });
    expect(binaryCodec.decodeFromServer(frame)).toEqual(expected);
  },
);

test('W45: a field that is added deep in an event is left out', () => {
  const event = { ...sent, message: { ...sent.message, pinned: true }, added: 1 };
  const decoded = binaryCodec.decodeFromServer(
    control('events', { from: 3, to: 4, events: [event] }),
  );
  const messages = [{ type: 'events', channel: 9, from: 3, to: 4, events: [sent] }];
  expect(decoded).toEqual({ kind: 'ok', messages });
});

test('W45: an unknown event keeps its place among the others, and changes no state', () => {
  const events = [sent, { name: 'poll:opened', at: 7, command: 7, poll: {} }, sent];
  const body = { from: 3, to: 6, events };
  for (const decoded of [
    binaryCodec.decodeFromServer(control('events', body)),
    jsonCodec.decodeFromServer(JSON.stringify({ type: 'events', channel: 3, ...body })),
  ])
    expect(decoded).toMatchObject({
      kind: 'ok',
      messages: [{ from: 3, to: 6, events: [sent, { name: 'unknown-event' }, sent] }],
    });
  const state: ChannelState = { type: 'chat', messages: [], head: 0 };
  expect(reduceChannel(state, { name: 'unknown-event' })).toBe(state);
});

test('W45: a known event that does not fit is not taken for an unknown one', () => {
  const events = [{ ...sent, message: 'low tide' }];
  const frame = control('events', { from: 3, to: 4, events });
  expect(binaryCodec.decodeFromServer(frame)).toMatchObject({ kind: 'invalid' });
});

test('W45: messages of unknown types are skipped, and those around them are read', () => {
  const { ack, pong } = examples;
  const unknown = rawMessage(4_000, 5, Uint8Array.from([1, 2, 3]));
  const parts = [binaryCodec.encode(ack), unknown, binaryCodec.encode(pong)];
  const expected = { kind: 'ok', messages: [ack, pong] };
  expect(binaryCodec.decodeFromServer(binaryCodec.join(parts))).toEqual(expected);
  const texts = [jsonCodec.encode(ack), '{"type":"poll","channel":5}', jsonCodec.encode(pong)];
  expect(jsonCodec.decodeFromServer(jsonCodec.join(texts))).toEqual(expected);
  expect(binaryCodec.decodeFromServer(unknown)).toEqual({ kind: 'ok', messages: [] });
  expect(jsonCodec.decodeFromServer('{"type":"toString"}')).toEqual({ kind: 'ok', messages: [] });
});

test('W6, W24: a client that sends an unknown field, deep or not, or an unknown type is refused; in a command, the command is', () => {
  const { type: _type, channel: _channel, ...open } = examples.open;
  const refused = expect.objectContaining({ kind: 'invalid' });
  const position = { ...open.position, added: 1 };
  for (const frame of [
    control('open', { ...open, added: 1 }),
    control('open', { ...open, position }),
    rawMessage(4_000, 0, packr.pack({})),
    rawMessage(MESSAGES.ping.id, 0, Uint8Array.from([1, 2])),
  ])
    expect(binaryCodec.decodeFromClient(frame)).toEqual(refused);
  const command = { id: examples.command.id, name: 'document:rename' };
  const input = { document: 'document', title: 'Tide log' };
  expect(binaryCodec.decodeFromClient(control('command', { ...command, input }))).toMatchObject({
    kind: 'ok',
  });
  expect(
    binaryCodec.decodeFromClient(control('command', { ...command, input: { ...input, added: 1 } })),
  ).toMatchObject({ kind: 'ok', messages: [{ type: 'unaccepted-command', id: command.id }] });
});

test.each([
  [true, 'internal'],
  [false, 'forbidden'],
] as const)(
  'W45: an error code of a newer server that is temporary (%s) is %s',
  (temporary, code) => {
    const body = { code: 'tide-too-low', message: 'The tide is too low.', temporary, added: 1 };
    expect(errorBody.parse(body)).toEqual({ code, message: body.message, temporary });
    expect(errorBody.parse(errorOf('not-found'))).toEqual(errorOf('not-found'));
  },
);
