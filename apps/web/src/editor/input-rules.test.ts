import { type Editor, inputRulesPlugin, type InputRule } from '@tiptap/core';
import type { Mark } from '@tiptap/pm/model';
import type { Plugin } from '@tiptap/pm/state';
import { expect, test } from 'vitest';

import { type HeadlessView, localPage, outlineOf, schema, text } from './headless-page.ts';
import { markdownShortcuts } from './input-rules.ts';

const addInputRules = markdownShortcuts.config.addInputRules as unknown as (this: {
  editor: { schema: typeof schema };
}) => InputRule[];
const rules = addInputRules.call({ editor: { schema } });

/** Types as a person does: each key goes to the rules first. */
function typed(keys: string, view: HeadlessView = localPage([text('')])): HeadlessView {
  const editor = {
    view,
    state: view.state,
    extensionManager: { commands: {} },
  } as unknown as Editor;
  const plugin: Plugin = inputRulesPlugin({ editor, rules });
  for (const key of keys) {
    const { from, to } = view.state.selection;
    const taken =
      key === '\n'
        ? plugin.props.handleKeyDown?.call(plugin, view.asView, { key: 'Enter' } as KeyboardEvent)
        : plugin.props.handleTextInput?.call(
            plugin,
            view.asView,
            from,
            to,
            key,
            () => view.state.tr,
          );
    if (!taken) view.type(key);
  }
  return view;
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
  ['#### a', ['text "#### a"']],
  ['- a', ['bullet "a"']],
  ['* a', ['bullet "a"']],
  ['+ a', ['bullet "a"']],
  ['1. a', ['ordered "a"']],
  ['2) a', ['ordered "a"']],
  ['[] a', ['task "a"']],
  ['[ ] a', ['task "a"']],
  ['[x] a', ['task* "a"']],
  ['- [x] a', ['task* "a"']],
  ['> a', ['quote', '  text "a"']],
  ['``` a', ['codeBlock "a"']],
  ['```ts\na', ['codeBlock(typescript) "a"']],
  ['---a', ['divider', 'text "a"']],
  ['a - b', ['text "a - b"']],
])('%j', (keys, outline) => {
  expect(outlineOf(typed(keys))).toEqual(outline);
});

test.each([
  ['**bold** x', ['bold:bold']],
  ['a __bold__ x', ['bold:bold']],
  ['*it* x', ['italic:it']],
  ['a _it_ x', ['italic:it']],
  ['snake_case_name', []],
  ['~~gone~~ x', ['strike:gone']],
  ['`x = 1` y', ['code:x = 1']],
  ['[name](https://example.org) x', ['link(https://example.org):name']],
  ['[name](javascript:alert) x', []],
  ['see https://example.org/a. x', []],
  ['see https://example.org/a x', ['link(https://example.org/a):https://example.org/a']],
])('%j', (keys, runs) => {
  expect(marked(typed(keys))).toEqual(runs);
});

test('a shortcut in a list item or heading changes it in place, and keeps its id', () => {
  const view = localPage([text('', { id: 'x', list: 'bullet', indent: 2 })]);
  expect(outlineOf(typed('# a', view))).toEqual(['    heading1 "a"']);
  expect(view.state.doc.firstChild?.attrs['id']).toBe('x');
});

test('code takes no shortcuts', () => {
  const view = localPage([{ type: 'codeBlock' }]);
  expect(outlineOf(typed('# **a** ---', view))).toEqual(['codeBlock "# **a** ---"']);
});
