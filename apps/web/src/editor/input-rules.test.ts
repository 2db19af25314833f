import type { Block } from '@tandem/document';
import type { Mark } from '@tiptap/pm/model';
import { type PluginSpec, TextSelection, type Transaction } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { undo } from './binding/binding.ts';
import {
  type HeadlessView,
  openPage,
  outlineOf,
  schema,
  sharedPage,
  text,
} from './headless-page.ts';
import { inputRules, undoRule } from './input-rules.ts';
import { keyBindings } from './keymap.ts';
import { MAX_RULE_CHARS } from './limits.ts';

const item = (words: string, attrs: object): Block => ({
  type: 'textBlock',
  attrs,
  ...(words && { content: [{ type: 'text', text: words }] }),
});

function pageOf(...blocks: Block[]): HeadlessView {
  const [page] = sharedPage(blocks, 1).pages;
  const { view } = openPage(Y.encodeStateAsUpdate(page!.doc), 9, [inputRules()]);
  const end = view.state.doc.content.size - 1;
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, end)));
  return view;
}

type PluginProps = NonNullable<PluginSpec<unknown>['props']>;

const KEYS = keyBindings(schema, undoRule, () => {});

interface Key {
  readonly key: string;
  readonly shiftKey?: boolean;
  readonly ctrlKey?: boolean;
}

function press(view: HeadlessView, key: Key): void {
  if (propOf(view, 'handleKeyDown')?.(view.asView, key as KeyboardEvent)) return;
  const name = `${key.ctrlKey ? 'Mod-' : ''}${key.shiftKey ? 'Shift-' : ''}${key.key}`;
  view.run(KEYS[name]!);
}

/** Passes each letter to the rules first; `\n` is Enter. */
function typed(keys: string, view: HeadlessView = pageOf(text(''))): HeadlessView {
  for (const letter of keys) {
    if (letter === '\n') {
      press(view, { key: 'Enter' });
      continue;
    }
    const { from, to } = view.state.selection;
    const insert = (): Transaction => view.state.tr.insertText(letter, from, to);
    if (!propOf(view, 'handleTextInput')?.(view.asView, from, to, letter, insert))
      view.dispatch(insert());
  }
  return view;
}

function propOf<Name extends 'handleKeyDown' | 'handleTextInput'>(
  view: HeadlessView,
  name: Name,
): ((...args: Parameters<NonNullable<PluginProps[Name]>>) => boolean | void) | undefined {
  const plugin = view.state.plugins.find(({ props }) => props[name])!;
  const prop = plugin.props[name] as NonNullable<PluginProps[Name]>;
  return (...args) => (prop as (...all: unknown[]) => boolean | void).call(plugin, ...args);
}

function marked(view: HeadlessView): string[] {
  const runs: string[] = [];
  view.state.doc.descendants((node) => {
    const name = (mark: Mark): string =>
      mark.type.name === 'link' ? `link(${String(mark.attrs['href'])})` : mark.type.name;
    if (node.isText && node.marks.length > 0)
      runs.push(`${node.marks.map(name).join('+')}:${node.text}`);
  });
  return runs;
}

test.each([
  ['# a', ['heading1 "a"']],
  ['## a', ['heading2 "a"']],
  ['### a', ['heading3 "a"']],
  ['- a', ['bullet "a"']],
  ['* a', ['bullet "a"']],
  ['+ a', ['bullet "a"']],
  ['1. a', ['ordered "a"']],
  ['[] a', ['task "a"']],
  ['[ ] a', ['task "a"']],
  ['[x] a', ['task* "a"']],
  ['- [x] a', ['task* "a"']],
  ['> a', ['quote', '  text "a"']],
  ['``` a', ['codeBlock "a"']],
  ['```ts\na', ['codeBlock(typescript) "a"']],
  ['---a', ['divider', 'text "a"']],
])('%j makes a block', (keys, outline) => {
  expect(outlineOf(typed(keys))).toEqual(outline);
});

test.each([
  ['**bold** x', ['bold:bold'], 'bold x'],
  ['中文**粗体**中文', ['bold:粗体'], '中文粗体中文'],
  ['*it* x', ['italic:it'], 'it x'],
  ['(a _it_), x', ['italic:it'], '(a it), x'],
  ['*it*.\n', ['italic:it'], 'it.'],
  ['很*重要*的', ['italic:重要'], '很重要的'],
  ['~~gone~~ x', ['strike:gone'], 'gone x'],
  ['`x = 1` y', ['code:x = 1'], 'x = 1 y'],
  ['[name](https://a.org) x', ['link(https://a.org):name'], 'name x'],
  ['[x](https://a.org/b_(c)) y', ['link(https://a.org/b_(c)):x'], 'x y'],
  ['[x](a.org) y', ['link(https://a.org):x'], 'x y'],
  ['[x](/documents/1) y', ['link(/documents/1):x'], 'x y'],
  ['see https://a.org/a x', ['link(https://a.org/a):https://a.org/a'], 'see https://a.org/a x'],
  ['see https://a.org/a. x', ['link(https://a.org/a):https://a.org/a'], 'see https://a.org/a. x'],
  [
    '(https://a.org/b_(c)) x',
    ['link(https://a.org/b_(c)):https://a.org/b_(c)'],
    '(https://a.org/b_(c)) x',
  ],
  ['https://a.org。', ['link(https://a.org):https://a.org'], 'https://a.org。'],
  ['见https://a.org/x，然后', ['link(https://a.org/x):https://a.org/x'], '见https://a.org/x，然后'],
])('%j marks words', (keys, runs, words) => {
  const view = typed(keys);
  expect(marked(view)).toEqual(runs);
  expect(view.state.doc.textContent).toBe(words);
});

const MEANT = [
  '5 * 3 * 2 = 30',
  '2*3*4',
  '2 ** 3 ** 4 ',
  '2**3**4 ',
  '_my_var = 1',
  '_my_var_ = snake_case_name ',
  'snake_case_name ',
  '__init__ and __name__ ',
  '*args, **kwargs ',
  'f(*args, *rest) ',
  '*foo*bar ',
  '*.ts, *.js ',
  '/* note */ ',
  '/** note **/ ',
  '***bold italic',
  '____',
  'C:\\_temp_\\ ',
  '¯\\_(ツ)_/¯ ',
  'a ~ b ~ c ',
  '~5 or ~~6 ',
  'it`s and don`t ',
  'a - b',
  'a 1. b',
  'a > b',
  'x # y',
  '#hashtag ',
  '#### a',
  '-1 ',
  '1.5 ',
  '2024. ',
  'a---',
  'f[0](1) ',
  'list[i](self.x) ',
  '![alt](https://a.org/x.png)',
  '[name](javascript:alert) x',
  '[a](b) ',
  'javascript:alert(1) ',
  'https:// ',
  '** a ** ',
];

test.each(MEANT)('%j stays as it was typed', (keys) => {
  const view = typed(keys);
  expect(outlineOf(view)).toEqual([`text ${JSON.stringify(keys).replaceAll('\\\\', '\\')}`]);
  expect(marked(view)).toEqual([]);
});

const SIGNS = [
  '# ',
  '- ',
  '1. ',
  '[] ',
  '> ',
  '``` ',
  '---',
  '**b** ',
  '*i* ',
  '_i_ ',
  '~~s~~ ',
  '`c` ',
];
const MARKED_AT_ONCE = /^(?:\*\*|~~|`c|\[n)/;
const LINKS = ['[n](https://a.org) ', 'https://a.org '];

test.each([...SIGNS, ...LINKS])('%j in code, and behind inline code, is code', (keys) => {
  expect(outlineOf(typed(keys, pageOf({ type: 'codeBlock' })))).toEqual([`codeBlock "${keys}"`]);
  const code = { type: 'text', text: 'x', marks: [{ type: 'code' }] } as const;
  const view = typed(keys, pageOf({ type: 'textBlock', content: [code] }));
  expect(outlineOf(view)).toEqual([`text "x${keys}"`]);
  expect(marked(view)).toEqual([`code:x${keys}`]);
});

test.each(SIGNS.slice(0, 7))('%j in the middle of a line is text', (keys) => {
  expect(outlineOf(typed(keys, pageOf(text('a '))))).toEqual([`text "a ${keys}"`]);
  const broken: Block = {
    type: 'textBlock',
    content: [{ type: 'text', text: 'a' }, { type: 'hardBreak' }],
  };
  expect(outlineOf(typed(keys, pageOf(broken)))).toEqual([`text "a↵${keys}"`]);
});

test.each(['- ', '+ ', '1. ', '---'])('a heading or an item may begin with %j', (keys) => {
  for (const attrs of [
    { kind: 'heading1' },
    { list: 'bullet' },
    { list: 'ordered' },
    { list: 'task' },
  ]) {
    const name = Object.values(attrs)[0]!;
    expect(outlineOf(typed(`${keys}a`, pageOf(item('', attrs))))).toEqual([`${name} "${keys}a"`]);
  }
});

test.each([...SIGNS, ...LINKS].map((keys) => (MARKED_AT_ONCE.test(keys) ? keys.trimEnd() : keys)))(
  'one undo, or Backspace, brings back %j as it was typed',
  (keys) => {
    for (const takeBack of [
      (view: HeadlessView) => void undo(view.asView),
      (view: HeadlessView) => press(view, { key: 'Backspace' }),
    ]) {
      const view = typed(keys);
      expect([...outlineOf(view), ...marked(view)]).not.toEqual([`text "${keys}"`]);
      takeBack(view);
      expect(outlineOf(view)).toEqual([`text "${keys}"`]);
      expect(marked(view)).toEqual([]);
      typed('x', view);
      expect(view.state.doc.textContent).toBe(`${keys}x`);
    }
  },
);

test('Backspace behind a rule undoes it only while nothing else has happened', () => {
  const view = typed('# a');
  press(view, { key: 'Backspace' });
  expect(outlineOf(view)[0]).toMatch(/^heading1/);
  const moved = typed('**b**');
  moved.select('b');
  press(moved, { key: 'Backspace' });
  expect(marked(moved)).toEqual(['bold:b']);
});

/**
 * Enter, Shift+Enter and Ctrl+Enter after each sign: the sign stays, the key has its usual effect.
 */
test.each<[Key, string[]]>([
  [{ key: 'Enter' }, ['text "SIGN"', 'text ""']],
  [{ key: 'Enter', shiftKey: true }, ['text "SIGN↵"']],
  [{ key: 'Enter', ctrlKey: true }, ['text "SIGN"']],
])('no rule takes %j', (key, outline) => {
  for (const sign of ['-', '*', '+', '1.', '#', '>', '[]', '[x]', 'https://a.org', 'a **b', '--']) {
    const view = typed(sign);
    press(view, key);
    expect(outlineOf(view)).toEqual(outline.map((line) => line.replace('SIGN', sign)));
    expect(marked(view)).toEqual(sign.startsWith('http') ? [`link(${sign}):${sign}`] : []);
  }
});

test('Ctrl+Enter behind an address at the end of a task checks the task', () => {
  const view = typed('https://a.org', pageOf(item('', { list: 'task' })));
  press(view, { key: 'Enter', ctrlKey: true });
  expect(outlineOf(view)).toEqual(['task* "https://a.org"']);
  expect(marked(view)).toHaveLength(1);
});

test('a shortcut in a list item changes it in place, and keeps its id', () => {
  const view = pageOf(item('', { id: 'x', list: 'bullet', indent: 2 }));
  expect(outlineOf(typed('# a', view))).toEqual(['    heading1 "a"']);
  expect(view.state.doc.firstChild?.attrs['id']).toBe('x');
});

test.each<[string, Block[], string, number | null]>([
  ['the first number', [], '1. a', null],
  ['another first number', [], '5. a', 5],
  ['a date', [], '24. December', 24],
  [
    'the next number behind code',
    [item('a', { list: 'ordered' }), { type: 'codeBlock' }],
    '2. b',
    null,
  ],
  ['1 behind code', [item('a', { list: 'ordered' }), { type: 'codeBlock' }], '1. b', 1],
  ['1 behind an item', [item('a', { list: 'ordered' })], '1. b', null],
  ['the next number behind an item', [item('a', { list: 'ordered' })], '2. b', null],
])('a typed number keeps what it says: %s', (_, blocks, keys, start) => {
  const { lastChild } = typed(keys, pageOf(...blocks, text(''))).state.doc;
  expect(lastChild!.attrs).toMatchObject({ list: 'ordered', start });
});

test.each([
  ['as long as rules look back', MAX_RULE_CHARS - 5, true],
  ['longer', MAX_RULE_CHARS - 4, false],
])('bold of a text that is %s', (_, length, isBold) => {
  const words = 'x'.repeat(length);
  const { lastChild } = typed('* ', pageOf(text(`a **${words}*`))).state.doc;
  const bold = lastChild!.children.filter(({ marks }) => marks.length > 0);
  expect(bold.map((node) => node.text)).toEqual(isBold ? [words] : []);
});
