import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { binaryCodec } from './binary-codec.ts';
import { COMMANDS } from './commands.ts';
import { documentCreate, documentPatch, profilePatch } from './http.ts';
import { jsonCodec } from './json-codec.ts';
import { toDisplayName } from './messages/field.ts';
import { MESSAGES, type MessageType, binaryBodies } from './messages/message.ts';

import { newMessageText } from './topics/message.ts';
import { examples } from './testing/examples.ts';
import { fitText, hasVisibleText, toStorable } from './text.ts';

const name = profilePatch.shape.name.def.innerType;
const { title } = documentPatch.shape;
const parsed = (schema: z.ZodMiniType, text: string) => schema.safeParse(text).data;
const refused = (schema: z.ZodMiniType, text: string) =>
  schema.safeParse(text).error?.issues.map(({ message }) => message);

const UNSTORABLE = ['\0', 'a\0b', '\ud800', 'a\udfffb', '\ude00\ud83d'];
const INVISIBLE = [
  '',
  ' ',
  '\n',
  '\u200b',
  '\u3164',
  '\u2800',
  '\ufeff',
  '\u00ad',
  '\ufe0f',
  '\u202e',
];

describe('W37', () => {
  test.each(UNSTORABLE)('%j is refused as a name, a title and a message', (text) => {
    const sentence =
      'This text contains a character that cannot be stored. Remove it and try again.';
    for (const schema of [title, newMessageText, name])
      expect(refused(schema, `x${text}`)).toEqual([sentence]);
  });

  test.each([...INVISIBLE, INVISIBLE.join('')])(
    '%j is no name, no message and an empty title',
    (text) => {
      expect(refused(name, text)).toContain('Enter a name with visible characters.');
      expect(refused(newMessageText, text)).toContain('Enter a message with visible characters.');
      expect(parsed(title, text)).toBe('');
    },
  );

  test('visible text stays unchanged, including joiners and marks', () => {
    for (const text of [
      '❤️',
      '👩‍👩‍👧',
      '1️⃣',
      'نمی‌خواهم',
      'שלום',
      'é',
      'a\u00adb',
      '\u2067x\u2069',
      '۝',
      '\ue000',
    ])
      for (const schema of [name, title, newMessageText]) expect(parsed(schema, text)).toBe(text);
  });

  test('blanks around names and behind messages are removed; the indentation of a message and the title that is being typed stay', () => {
    expect(parsed(name, '\u200b \u3164Ada\u2800\ufeff ')).toBe('Ada');
    expect(parsed(newMessageText, '    if x:\n\ty \n')).toBe('    if x:\n\ty');
    expect(parsed(title, 'Tide ')).toBe('Tide ');
  });

  test('a name and a title are one line, a message keeps its lines and tabs; other controls go', () => {
    expect(parsed(name, 'Ada\r\n\tLovelace\u0007')).toBe('Ada Lovelace');
    expect(parsed(title, 'a\u2028b\u0085c')).toBe('a b c');
    expect(parsed(newMessageText, 'if x:\r\n\ty\u001b[0m\ufffe')).toBe('if x:\n\ty[0m');
  });

  test('PO7 a request for access has up to 200 characters', () => {
    const { input } = COMMANDS['access:request'];
    const asks = (letters: number) => ({
      document: 'a-document-of-tests',
      message: 'é'.repeat(letters),
    });
    expect(input.safeParse(asks(200)).success).toBe(true);
    expect(input.safeParse(asks(201)).success).toBe(false);
  });

  test('a text that is too long is refused in a sentence', () => {
    expect(refused(name, 'a'.repeat(41))).toEqual(['Enter a name of at most 40 characters.']);
    expect(refused(title, 'a'.repeat(201))).toEqual(['Enter a title of at most 200 characters.']);
  });

  test('a megabyte of blanks takes no time', { timeout: 1_000 }, () => {
    refused(newMessageText, `a${' '.repeat(1 << 20)}b`);
    refused(name, '\u200b'.repeat(1 << 20));
  });

  test.each(['binary', 'JSON'])(
    'W24: in %s a command that does not fit is refused by its id, in words about its text where that is all',
    (format) => {
      const { id } = examples.command;
      const message = { type: 'command', channel: 0, id, name: 'profile:change' } as const;
      const change = (input: object): unknown =>
        format === 'JSON'
          ? jsonCodec.decodeFromClient(JSON.stringify({ ...message, input }))
          : binaryCodec.decodeFromClient(binaryCodec.encode({ ...message, input }));
      expect(change({ name: 'a\0b' })).toMatchObject({
        kind: 'ok',
        messages: [
          { type: 'unaccepted-command', id, error: { code: 'bad-message', temporary: false } },
        ],
      });
      for (const input of [{ name: 'a\0b', color: 99 }, { name: 7 }, { nickname: 'Ada' }])
        expect(change(input)).toMatchObject({
          messages: [{ id, error: { message: expect.stringContaining('does not understand') } }],
        });
      const unnamed = { ...message, id: 'not one', input: { name: 'Ada' } };
      const decoded =
        format === 'JSON'
          ? jsonCodec.decodeFromClient(JSON.stringify(unnamed))
          : binaryCodec.decodeFromClient(binaryCodec.encode(unnamed));
      expect(decoded).toMatchObject({ kind: 'invalid' });
    },
  );
});

function* withEachString(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const changed of withEachString(inner, text))
      yield Array.isArray(value)
        ? value.map((item: unknown, index) => (String(index) === key ? changed : item))
        : { ...value, [key]: changed };
  }
}

const strings = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
      ? Object.values(value).flatMap(strings)
      : [];

const inputs: [string, z.ZodMiniType, unknown][] = [
  ...(Object.keys(MESSAGES) as MessageType[])
    .filter((type) => MESSAGES[type].from !== 'server')
    .map((type): [string, z.ZodMiniType, unknown] => {
      const { type: _type, channel: _channel, ...body } = examples[type];
      return [type, binaryBodies[type], body];
    }),
  ['POST documents', documentCreate, { id: 'wYl0tq3n5xJv1qk2Zr9aBc', title: 'Tide log' }],
  ['PATCH documents', documentPatch, { title: 'Tide log' }],
  ['PATCH me', profilePatch, { name: 'Ada', color: 1 }],
];

test.each(inputs)('W37: no text field of %s lets in what cannot be stored', (_, schema, body) => {
  expect(schema.safeParse(body).success).toBe(true);
  for (const text of UNSTORABLE) {
    for (const changed of withEachString(body, `x${text}y`)) {
      const { data } = schema.safeParse(changed);
      for (const kept of strings(data)) expect(toStorable(kept)).toBe(kept);
    }
  }
});

test.each([
  ['a name', name, 40],
  ['a title', title, 200],
  ['a message', newMessageText, 4_000],
])('%s of as many characters as are let in is read as it was stored', (_, schema, maxLength) => {
  const text = '😀'.repeat(maxLength);
  expect(parsed(schema, text)).toBe(text);
  expect(parsed(schema, `${text}x`)).toBeUndefined();
  expect(fitText(text, { lines: 'many', maxLength })).toBe(text);
});

test('text that was stored earlier, or is made of another, is made to fit', () => {
  expect(toDisplayName('')).toBe('Unnamed');
  expect(toDisplayName('\u3164')).toBe('Unnamed');
  expect(toDisplayName('a\0b')).toBe('a\ufffdb');
  expect(toDisplayName('😀'.repeat(100)).isWellFormed()).toBe(true);
  const cut = fitText(`${'a'.repeat(9)}😀b`, { lines: 'one', maxLength: 10 });
  expect(cut).toBe(`${'a'.repeat(9)}😀`);
  expect(hasVisibleText('\ufffd')).toBe(true);
});
