import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  MAX_HREF_LENGTH,
  MAX_PAGE_LENGTH,
  MAX_RESTORED_LEVEL,
  MAX_RESTORED_RANGES,
} from './limits.ts';
import { type Change, embed, format, refused, set, setRaw } from './testing/peer-change.ts';
import type { Violation } from './validation.ts';

const attribute =
  (key: string, value: unknown): Change =>
  (_, doc) =>
    doc.getMap('attributes').set(key, value);
const restored =
  (key: string, value: unknown): Change =>
  (text, doc) => {
    text.insert(1, '0123456789');
    doc.getMap('restored').set(key, value);
  };
const formats =
  (values: Record<string, unknown>): Change =>
  (text) =>
    format(text, values);
const embedded =
  (value: unknown): Change =>
  (text) =>
    embed(text, value);
const json = (text: string): object => JSON.parse(text) as object;

type Row = [Violation['rule'], string, Change];

const STREAM: Row[] = [
  ['foreign-content', 'text', (text) => text.insertEmbed(0, new Y.Map())],
  ['foreign-content', 'text', (text) => text.insertEmbed(0, new Y.XmlElement('textBlock'))],
  ['foreign-content', 'text', (text) => setRaw(text, null, new Y.ContentAny(['x']))],
  ['foreign-content', 'text', (text) => setRaw(text, null, new Y.ContentJSON(['x']))],
  ['foreign-content', 'text', (text) => setRaw(text, null, new Y.ContentBinary(new Uint8Array(3)))],
  ['foreign-content', 'text', (text) => setRaw(text, null, new Y.ContentDoc(new Y.Doc()))],
  ['unknown-attribute', 'text@id', (text) => text.setAttribute('id', 'a')],
  ['unknown-attribute', 'text@x', (text) => setRaw(text, 'x', new Y.ContentString('x'))],
  ['too-long', 'text', (text) => text.insert(1, 'x'.repeat(MAX_PAGE_LENGTH))],
];

const fileWith = (fields: Record<string, unknown>): Change =>
  embedded({ id: 'b', type: 'image', file: '01JD9X6Z7S8K3Q2M5N4P6R0001', ...fields });

const FILES: Row[] = [
  ['unsafe-value', 'block@file', fileWith({ file: 'https://tracker.example/pixel.png' })],
  ['unsafe-value', 'block@file', fileWith({ file: '01JD9X6Z7S8K3Q2M5N4P6R0001/../secret' })],
  ['unsafe-value', 'block@file', fileWith({ file: 1 })],
  ['unknown-attribute', 'block@src', fileWith({ src: 'https://tracker.example/pixel.png' })],
  ['unsafe-value', 'block@name', fileWith({ name: '../secret' })],
  ['unsafe-value', 'block@name', fileWith({ name: '..\\secret' })],
  ['unsafe-value', 'block@name', fileWith({ name: '\u202egnp.exe' })],
  ['unsafe-value', 'block@name', fileWith({ name: 'x'.repeat(201) })],
  ['unsafe-value', 'block@caption', fileWith({ caption: 'two\nlines' })],
  ['unsafe-value', 'block@caption', fileWith({ caption: '' })],
  ['unsafe-value', 'block@alt', fileWith({ alt: 'x'.repeat(1_001) })],
  ['unsafe-value', 'block@size', fileWith({ size: -1 })],
  ['unsafe-value', 'block@width', fileWith({ width: 1.5 })],
  ['unsafe-value', 'block@height', fileWith({ height: '9' })],
  ['unsafe-value', 'block@displayWidth', fileWith({ displayWidth: 100_001 })],
];

const FORMATS: Row[] = [
  ['unknown-mark', 'underline', formats({ underline: true })],
  ['unknown-mark', '__proto__', formats(Object.fromEntries([['__proto__', true]]))],
  ['unknown-mark', 'bold--abcdefgh', formats({ 'bold--abcdefgh': true })],
  ['unknown-mark', 'kind', formats({ kind: 'heading1' })],
  ['unsafe-value', 'bold', formats({ bold: {} })],
  ['unsafe-value', 'bold', formats({ bold: false })],
  ['unsafe-value', 'bold', formats({ bold: 'x'.repeat(1_000_000) })],
  ['unsafe-value', 'link', formats({ link: true })],
  ['unsafe-value', 'link', formats({ link: {} })],
  ['unsafe-value', 'link', formats({ link: ['/a'] })],
  ['unsafe-value', 'link', formats({ link: { href: null } })],
  ['unsafe-value', 'link', formats({ link: { href: 'javascript:alert(1)' } })],
  ['unsafe-value', 'link', formats({ link: { href: 'java\tscript:alert(1)' } })],
  ['unsafe-value', 'link', formats({ link: { href: ' https://a.b' } })],
  ['unsafe-value', 'link', formats({ link: { href: `/${'a'.repeat(MAX_HREF_LENGTH)}` } })],
  ['unsafe-value', 'link', formats({ link: { href: '/a', style: 'position:fixed' } })],
  ['unsafe-value', 'link', formats({ link: json('{"href":"/a","__proto__":{"style":"x"}}') })],
];

const EMBEDS: Row[] = [
  ['unknown-embed', 'image', embedded({ image: 'x' })],
  ['unknown-embed', '', embedded({})],
  ['unknown-embed', 'object', embedded([1])],
  ['unknown-embed', 'object', (text) => setRaw(text, null, new Y.ContentEmbed(null as never))],
  ['unknown-embed', 'string', (text) => setRaw(text, null, new Y.ContentEmbed('x'))],
  ['unknown-embed', '__proto__', embedded(json('{"__proto__":{"id":"a"}}'))],
  ['unknown-embed', 'kind', embedded({ kind: 'heading1' })],
  ['unknown-embed', 'place,join', embedded({ place: 'a', join: 'b' })],
  ['unknown-embed', 'place,at', embedded({ place: 'a', at: 'b' })],
  ['unknown-embed', 'place', embedded({ place: '' })],
  ['unknown-embed', 'join', embedded({ join: 1 })],
  ['unsafe-value', 'block@id', embedded({ id: '' })],
  ['unsafe-value', 'block@id', embedded({ id: null })],
  ['unsafe-value', 'block@id', embedded({ id: 'x'.repeat(1_000_000) })],
  ['unsafe-value', 'block@id', embedded({ id: '"><script>' })],
  ['unsafe-value', 'block@id', embedded({ id: 'a\n' })],
  ['unsafe-value', 'block@id', embedded({ id: 'a.kind' })],
  ['unsafe-value', 'block@id', embedded({ id: { toString: 'a' } })],
  ['unknown-attribute', 'block@place', embedded({ id: 'a', place: 'b' })],
  ['unknown-attribute', 'block@onclick', embedded({ id: 'a', onclick: 'alert(1)' })],
  ['unknown-attribute', 'block@__proto__', embedded(json('{"id":"a","__proto__":{}}'))],
  ['unknown-attribute', 'block@constructor', embedded({ id: 'a', constructor: 'x' })],
  ['unsafe-value', 'block@kind', embedded({ id: 'a', kind: null })],
  ['unsafe-value', 'block@kind', embedded({ id: 'a', kind: 'heading4' })],
  ['unsafe-value', 'block@type', embedded({ id: 'a', type: 'textBlock' })],
  ['unsafe-value', 'block@type', embedded({ id: 'a', type: '<img src=x onerror=alert(1)>' })],
  ['unsafe-value', 'block@free', embedded({ id: 'a', free: false })],
  ['unsafe-value', 'block@in', embedded({ id: 'a', in: ['b'] })],
  ['unsafe-value', 'block@at', embedded({ id: 'a', at: 'x'.repeat(65) })],
];

const ATTRIBUTES: Row[] = [
  ['unknown-attribute', 'block@onclick', (_, doc) => set(doc, 'onclick', 'alert(1)')],
  ['unknown-attribute', 'block@onclick', (_, doc) => set(doc, 'onclick', null)],
  ['unknown-attribute', 'block@style', (_, doc) => set(doc, 'style', 'x')],
  ['unknown-attribute', 'block@id', (_, doc) => set(doc, 'id', 'a')],
  ['unknown-attribute', 'block@__proto__', (_, doc) => set(doc, '__proto__', 'x')],
  ['unknown-attribute', 'block@constructor', (_, doc) => set(doc, 'constructor', 'x')],
  ['unknown-attribute', 'block@" onload="alert(1)', (_, doc) => set(doc, '" onload="alert(1)', 1)],
  ['unknown-attribute', 'attributes@kind', attribute('kind', 'heading1')],
  ['unknown-attribute', 'attributes@.kind', attribute('.kind', 'heading1')],
  ['unknown-attribute', 'block@b.kind', attribute('a.b.kind', 'heading1')],
  ['unknown-attribute', 'attributes@a b.kind', attribute('a b.kind', 'heading1')],
  ['unknown-attribute', 'attributes@<i>.kind', attribute('<i>.kind', 'heading1')],
  ['unsafe-value', 'block@type', attribute('title.type', 'quote')],
  ['unsafe-value', 'block@kind', (_, doc) => set(doc, 'kind', 'heading4')],
  ['unsafe-value', 'block@kind', (_, doc) => set(doc, 'kind', '__proto__')],
  ['unsafe-value', 'block@kind', (_, doc) => set(doc, 'kind', ['heading1'])],
  ['unsafe-value', 'block@kind', (_, doc) => set(doc, 'kind', undefined)],
  ['unsafe-value', 'block@kind', (_, doc) => set(doc, 'kind', new Y.Text('heading1'))],
  ['unsafe-value', 'block@list', (_, doc) => set(doc, 'list', { toString: 'bullet' })],
  ['unsafe-value', 'block@indent', (_, doc) => set(doc, 'indent', 9)],
  ['unsafe-value', 'block@indent', (_, doc) => set(doc, 'indent', 1.5)],
  ['unsafe-value', 'block@indent', (_, doc) => set(doc, 'indent', '1')],
  ['unsafe-value', 'block@checked', (_, doc) => set(doc, 'checked', false)],
  ['unsafe-value', 'block@start', (_, doc) => set(doc, 'start', -1)],
  ['unsafe-value', 'block@start', (_, doc) => set(doc, 'start', 1.5)],
  ['unsafe-value', 'block@start', (_, doc) => set(doc, 'start', 1_000_000_000)],
  ['unsafe-value', 'block@start', (_, doc) => set(doc, 'start', '3')],
  ['unsafe-value', 'block@language', (_, doc) => set(doc, 'language', 'a b')],
  ['unsafe-value', 'block@language', (_, doc) => set(doc, 'language', 'x'.repeat(1_000_000))],
  ['unsafe-value', 'block@in', (_, doc) => set(doc, 'in', new Uint8Array(3))],
  ['unsafe-value', 'block@at', (_, doc) => set(doc, 'at', new Y.Doc())],
  [
    'foreign-content',
    'attributes@title.kind',
    (_, doc) =>
      setRaw(doc.getMap('attributes'), 'title.kind', new Y.ContentAny(['script', 'heading1'])),
  ],
  [
    'foreign-content',
    'attributes',
    (_, doc) => setRaw(doc.getMap('attributes'), null, new Y.ContentAny([1])),
  ],
  [
    'unsafe-value',
    'block@kind',
    (_, doc) => setRaw(doc.getMap('attributes'), 'title.kind', new Y.ContentFormat('bold', true)),
  ],
];

const RESTORED: Row[] = [
  ['unknown-attribute', 'restored@2', restored('2', [1, 0, 1, 0, 1])],
  ['unknown-attribute', 'restored@2:', restored('2:', [1, 0, 1, 0, 1])],
  ['unknown-attribute', 'restored@2:01', restored('2:01', [1, 0, 1, 0, 1])],
  ['unknown-attribute', 'restored@02:0', restored('02:0', [1, 0, 1, 0, 1])],
  ['unknown-attribute', 'restored@2:-1', restored('2:-1', [1, 0, 1, 0, 1])],
  ['unknown-attribute', 'restored@2:1e3', restored('2:1e3', [1, 0, 1, 0, 1])],
  ['unknown-attribute', 'restored@2:0:0', restored('2:0:0', [1, 0, 1, 0, 1])],
  [
    'unknown-attribute',
    'restored@2:9999999999999999',
    restored('2:9999999999999999', [1, 0, 1, 0, 1]),
  ],
  ['foreign-client', 'restored@1:0', restored('1:0', [1, 0, 1, 0, 1])],
  ['foreign-client', 'restored@3:0', restored('3:0', [1, 0, 1, 0, 1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', null)],
  ['unsafe-value', 'restored@2:0', restored('2:0', [])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, -1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, 0.5])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, 2 ** 53])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, '1'])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [MAX_RESTORED_LEVEL + 1, 0, 1, 0, 1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, 0])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, 11])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, 1, 10, 1, 0, 1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 5_000, 1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 77, 0, 1])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 0, 1, 0, 2, 1, 1, 5, 2])],
  ['unsafe-value', 'restored@2:0', restored('2:0', [1, 4, 1, 0, 2, 1, 1, 5, 2])],
  [
    'unsafe-value',
    'restored@2:0',
    restored('2:0', [1, ...Array.from({ length: 4 * (MAX_RESTORED_RANGES + 1) }, () => 1)]),
  ],
  [
    'foreign-content',
    'restored',
    (_, doc) => setRaw(doc.getMap('restored'), null, new Y.ContentAny([1])),
  ],
];

const ROOTS: Row[] = [
  ['foreign-root', 'extra', (_, doc) => doc.getMap('extra').set('a', 1)],
  ['foreign-root', '__proto__', (_, doc) => doc.getMap('__proto__').set('a', 1)],
  [
    'foreign-root',
    'content',
    (_, doc) => doc.getXmlFragment('content').insert(0, [new Y.XmlElement('textBlock')]),
  ],
  ['foreign-root', 'docs', (_, doc) => doc.getMap('docs').set('a', new Y.Doc())],
  ['foreign-content', 'meta', (_, doc) => setRaw(doc.getMap('meta'), null, new Y.ContentAny([1]))],
  ['unsafe-value', 'meta@title', (_, doc) => doc.getMap('meta').set('title', 'x')],
  ['unsafe-value', 'meta@schemaVersion', (_, doc) => doc.getMap('meta').set('schemaVersion', 99)],
  ['unsafe-value', 'meta@schemaVersion', (_, doc) => doc.getMap('meta').set('schemaVersion', 0)],
  [
    'unsafe-value',
    'meta@schemaVersion',
    (_, doc) => doc.getMap('meta').set('schemaVersion', new Y.Map()),
  ],
];

describe.each([
  ['VA2 in the stream', STREAM],
  ['VA3 formats', FORMATS],
  ['VA4 markers and slots', EMBEDS],
  ['PM11 files', FILES],
  ['VA5 attributes', ATTRIBUTES],
  ['VA6 notes of what was restored', RESTORED],
  ['VA1 and VA7 roots and meta', ROOTS],
])('refuses: %s', (_, rows) => {
  test.each(rows)('%s: %j', (rule, found, change) => {
    expect(refused(change)).toContainEqual({ rule, found });
  });
});

test('VA8 a page may be as long as the limit', () => {
  const fill: Change = (text) => text.insert(1, 'x'.repeat(MAX_PAGE_LENGTH - text.length));
  expect(refused(fill)).toEqual([]);
  const more: Change = (text, doc) => {
    fill(text, doc);
    embed(text, { id: 'a' });
  };
  expect(refused(more)).toEqual([{ rule: 'too-long', found: 'text' }]);
});
