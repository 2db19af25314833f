import type { Slice } from '@tiptap/pm/model';
import type { EditorProps } from '@tiptap/pm/view';
import { describe, expect, test } from 'vitest';

import { clipboard } from './clipboard.ts';
import { type HeadlessView, localPage, schema, text } from './headless-page.ts';

const props = clipboard(schema).props as EditorProps;

function pasted(
  content: string,
  view: HeadlessView = localPage([text('')]),
  plain = false,
): Slice | null {
  return props.clipboardTextParser!.call(
    null,
    content,
    view.state.selection.$from,
    plain,
    view.asView,
  );
}

function copied(view: HeadlessView): string {
  return props.clipboardTextSerializer!.call(null, view.state.selection.content(), view.asView);
}

describe('pasted text', () => {
  test.each([
    '# Title\n\ntext',
    '- one\n- two',
    '1. one',
    '- [x] done',
    '> said',
    '```js\nx\n```',
    'some **bold** words',
    'a [link](https://example.org) here',
    'a `code` here',
  ])('is read as Markdown: %j', (content) => {
    expect(pasted(content)?.content.childCount).toBeGreaterThan(0);
  });

  test.each([
    'just words',
    'two\nlines',
    'a - b',
    '2 * 3 * 4',
    'C# is a language',
    'snake_case_name',
    '#hashtag',
  ])('is left as it is: %j', (content) => {
    expect(pasted(content)).toBeNull();
  });

  test('is no Markdown in code, nor when a person asks for plain text', () => {
    expect(pasted('# Title', localPage([{ type: 'codeBlock' }]))).toBeNull();
    expect(pasted('# Title', undefined, true)).toBeNull();
  });

  test('of one paragraph joins the line it is pasted in', () => {
    const slice = pasted('some **bold** words');
    expect([slice?.openStart, slice?.openEnd]).toEqual([1, 1]);
  });
});

describe('copied text', () => {
  test('of one block is its text, with nothing escaped', () => {
    const view = localPage([text('2 * 3 * 4', { list: 'bullet' })]);
    view.select('2 * 3');
    view.select('2 * 3', 0, 9);
    expect(copied(view)).toBe('2 * 3 * 4');
  });

  test('of several blocks is Markdown', () => {
    const view = localPage([
      text('Title', { kind: 'heading1' }),
      text('one', { list: 'task', checked: true }),
    ]);
    view.select('Title', 0, 10);
    expect(copied(view)).toBe('# Title\n\n- [x] one');
  });
});
