import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { MAX_DEPTH, MAX_HREF_LENGTH, MAX_TEXT_LENGTH } from './limits.ts';
import {
  element,
  first,
  firstText,
  format,
  refused,
  set,
  setRaw,
  text,
  type Change,
} from './testing/peer-change.ts';
import type { Violation } from './validation.ts';

describe('refuses', () => {
  const nested = (depth: number): Y.XmlElement => {
    let inner = element('textBlock', {}, [text('deep')]);
    for (let level = 1; level < depth; level++) inner = element('quote', {}, [inner]);
    return inner;
  };

  test.each<[Violation['rule'], string, Change]>([
    ['unknown-node', 'script', (content) => content.insert(0, [element('script')])],
    [
      'unknown-node',
      '<img src=x onerror=alert(1)>',
      (content) => content.insert(0, [element('<img src=x onerror=alert(1)>')]),
    ],
    ['unknown-node', 'paragraph', (content) => content.insert(0, [element('paragraph')])],
    ['unknown-node', 'TEXTBLOCK', (content) => content.insert(0, [element('TEXTBLOCK')])],
    ['unknown-node', '__proto__', (content) => content.insert(0, [element('__proto__')])],
    ['unknown-node', 'constructor', (content) => content.insert(0, [element('constructor')])],
    ['unknown-node', 'doc', (content) => content.insert(0, [element('doc')])],
    ['unknown-node', 'text', (content) => first(content).insert(0, [element('text')])],
    ['misplaced', 'doc > text', (content) => content.insert(0, [text('loose')])],
    ['misplaced', 'doc > hardBreak', (content) => content.insert(0, [element('hardBreak')])],
    [
      'misplaced',
      'quote > text',
      (content) => content.insert(0, [element('quote', {}, [text('loose')])]),
    ],
    [
      'misplaced',
      'textBlock > textBlock',
      (content) => first(content).insert(0, [element('textBlock')]),
    ],
    [
      'misplaced',
      'codeBlock > hardBreak',
      (content) => content.insert(0, [element('codeBlock', {}, [element('hardBreak')])]),
    ],
    [
      'misplaced',
      'divider > text',
      (content) => content.insert(0, [element('divider', {}, [text('x')])]),
    ],
    [
      'misplaced',
      'codeBlock > bold',
      (content) => content.insert(0, [element('codeBlock', {}, [text('x', { bold: {} })])]),
    ],
    ['unknown-mark', 'underline', (content) => format(content, { underline: {} })],
    [
      'unknown-mark',
      '__proto__',
      (content) => format(content, Object.fromEntries([['__proto__', {}]])),
    ],
    ['unknown-mark', 'bold--abcdefgh', (content) => format(content, { 'bold--abcdefgh': {} })],
    ['unknown-mark', 'ychange', (content) => format(content, { ychange: { type: 'added' } })],
    ['unsafe-value', 'bold', (content) => format(content, { bold: true })],
    ['unsafe-value', 'bold', (content) => format(content, { bold: [] })],
    [
      'unknown-attribute',
      'bold@onclick',
      (content) => format(content, { bold: { onclick: 'alert(1)' } }),
    ],
    [
      'unknown-attribute',
      'link@__proto__',
      (content) =>
        format(content, {
          link: JSON.parse('{"href":"/a","__proto__":{"style":"x"}}') as object,
        }),
    ],
    [
      'unknown-attribute',
      'link@style',
      (content) => format(content, { link: { href: '/a', style: 'position:fixed' } }),
    ],
    ['unsafe-value', 'link@href', (content) => format(content, { link: {} })],
    ['unsafe-value', 'link@href', (content) => format(content, { link: { href: null } })],
    [
      'unsafe-value',
      'link@href',
      (content) => format(content, { link: { href: 'javascript:alert(1)' } }),
    ],
    [
      'unsafe-value',
      'link@href',
      (content) => format(content, { link: { href: 'java\tscript:alert(1)' } }),
    ],
    ['unsafe-value', 'link@href', (content) => format(content, { link: { href: ' https://a.b' } })],
    [
      'unsafe-value',
      'link@href',
      (content) => format(content, { link: { href: `/${'a'.repeat(MAX_HREF_LENGTH)}` } }),
    ],
    ['unknown-attribute', 'textBlock@onclick', (content) => set(content, 'onclick', 'alert(1)')],
    ['unknown-attribute', 'textBlock@style', (content) => set(content, 'style', 'x')],
    ['unknown-attribute', 'textBlock@__proto__', (content) => set(content, '__proto__', 'x')],
    ['unknown-attribute', 'textBlock@constructor', (content) => set(content, 'constructor', 'x')],
    [
      'unknown-attribute',
      'textBlock@" onload="alert(1)',
      (content) => set(content, '" onload="alert(1)', 'x'),
    ],
    [
      'unknown-attribute',
      'textBlock@ychange',
      (content) => set(content, 'ychange', { type: 'added' }),
    ],
    [
      'unknown-attribute',
      'hardBreak@id',
      (content) => first(content).insert(0, [element('hardBreak', { id: 'a' })]),
    ],
    ['unknown-attribute', 'text@id', (content) => firstText(content).setAttribute('id', 'a')],
    ['unsafe-value', 'textBlock@kind', (content) => set(content, 'kind', 'heading4')],
    ['unsafe-value', 'textBlock@kind', (content) => set(content, 'kind', '__proto__')],
    ['unsafe-value', 'textBlock@kind', (content) => set(content, 'kind', ['heading1'])],
    ['unsafe-value', 'textBlock@kind', (content) => set(content, 'kind', new Y.Text('heading1'))],
    ['unsafe-value', 'textBlock@list', (content) => set(content, 'list', { toString: 'bullet' })],
    ['unsafe-value', 'textBlock@indent', (content) => set(content, 'indent', 9)],
    ['unsafe-value', 'textBlock@indent', (content) => set(content, 'indent', 1.5)],
    ['unsafe-value', 'textBlock@indent', (content) => set(content, 'indent', '1')],
    ['unsafe-value', 'textBlock@checked', (content) => set(content, 'checked', false)],
    ['unsafe-value', 'textBlock@id', (content) => set(content, 'id', 'x'.repeat(1_000_000))],
    ['unsafe-value', 'textBlock@id', (content) => set(content, 'id', '"><script>')],
    ['unsafe-value', 'textBlock@id', (content) => set(content, 'id', 'a\n')],
    ['unsafe-value', 'textBlock@id', (content) => set(content, 'id', new Uint8Array(3))],
    ['unsafe-value', 'textBlock@id', (content) => set(content, 'id', new Y.Doc())],
    [
      'unsafe-value',
      'codeBlock@language',
      (content) => content.insert(0, [element('codeBlock', { language: 'a b' })]),
    ],
    ['foreign-content', 'text', (content) => firstText(content).insertEmbed(0, { image: 'x' })],
    [
      'foreign-content',
      'text',
      (content) => firstText(content).insertEmbed(0, new Y.Map() as never),
    ],
    ['foreign-content', 'doc', (content) => content.insert(0, [new Y.XmlHook('a') as never])],
    ['foreign-content', 'doc', (content) => content.insert(0, [new Y.Map() as never])],
    ['foreign-content', 'doc', (content) => content.insert(0, [new Y.XmlFragment() as never])],
    [
      'foreign-content',
      'textBlock',
      (content) => first(content).insert(0, [new Y.Text('not an XmlText') as never]),
    ],
    ['unknown-attribute', 'doc@title', (content) => setRaw(content, 'title', ['x'])],
    [
      'unsafe-value',
      'textBlock@kind',
      (content) => setRaw(first(content), 'kind', ['script', 'heading1']),
    ],
    ['foreign-content', 'meta', (_, doc) => setRaw(doc.getMap('meta'), null, [1])],
    ['foreign-content', 'doc', (content) => setRaw(content, null, ['x'])],
    ['foreign-content', 'text', (content) => setRaw(firstText(content), null, ['x'])],
    ['foreign-root', 'extra', (_, doc) => doc.getMap('extra').set('a', 1)],
    ['foreign-root', '__proto__', (_, doc) => doc.getMap('__proto__').set('a', 1)],
    [
      'foreign-root',
      'prosemirror',
      (_, doc) => doc.getXmlFragment('prosemirror').insert(0, [element('textBlock')]),
    ],
    ['foreign-root', 'docs', (_, doc) => doc.getMap('docs').set('a', new Y.Doc())],
    ['unsafe-value', 'meta@title', (_, doc) => doc.getMap('meta').set('title', 'x')],
    ['unsafe-value', 'meta@schemaVersion', (_, doc) => doc.getMap('meta').set('schemaVersion', 99)],
    ['unsafe-value', 'meta@schemaVersion', (_, doc) => doc.getMap('meta').set('schemaVersion', 0)],
    [
      'unsafe-value',
      'meta@schemaVersion',
      (_, doc) => doc.getMap('meta').set('schemaVersion', new Y.Map()),
    ],
    ['too-deep', 'textBlock', (content) => content.insert(0, [nested(MAX_DEPTH + 1)])],
    [
      'too-long',
      'textBlock',
      (content) => firstText(content).insert(0, 'x'.repeat(MAX_TEXT_LENGTH)),
    ],
  ])('%s: %j', (rule, found, change) => {
    expect(refused(change)).toContainEqual({ rule, found });
  });

  test('nothing at the limits', () => {
    expect(refused((content) => content.insert(0, [nested(MAX_DEPTH)]))).toEqual([]);
    expect(
      refused((content) =>
        firstText(content).insert(0, 'x'.repeat(MAX_TEXT_LENGTH - 'Title'.length)),
      ),
    ).toEqual([]);
  });
});
