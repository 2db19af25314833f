import { Selection, TextSelection } from '@tiptap/pm/state';
import { describe, expect, test } from 'vitest';

import * as block from './block-commands.ts';
import { localPage, outlineOf, text } from './headless-page.ts';

const list = [
  text('one', { list: 'bullet' }),
  text('two', { list: 'bullet', indent: 1 }),
  text('three', { list: 'bullet' }),
];

describe('Enter', () => {
  test('in the middle of an item makes another of the same list and level, unchecked, with an id of its own', () => {
    const view = localPage([
      text('milk and bread', { id: 'a', list: 'task', checked: true, indent: 2 }),
    ]);
    view.select('and');
    view.run(block.splitBlock);
    expect(outlineOf(view)).toEqual(['    task* "milk "', '    task "and bread"']);
    const ids = view.state.doc.content.content.map((node) => node.attrs['id'] as string);
    expect(ids[0]).toBe('a');
    expect(ids[1]).toMatch(/^[\w-]{10}$/);
  });

  test('at the end of a heading makes a paragraph', () => {
    const view = localPage([text('Title', { kind: 'heading1' })]);
    view.select('Title', 5);
    view.run(block.splitBlock);
    expect(outlineOf(view)).toEqual(['heading1 "Title"', 'text ""']);
  });

  test('at the start leaves the text in its block, and puts an empty one above', () => {
    const view = localPage([text('Title', { id: 'a', kind: 'heading1' })]);
    view.select('Title');
    view.run(block.splitBlock);
    expect(outlineOf(view)).toEqual(['text ""', 'heading1 "Title"']);
    expect(view.state.doc.child(1).attrs['id']).toBe('a');
    expect(view.state.selection.$from.parent.textContent).toBe('Title');
  });

  test('in an empty item goes a level up, then out of the list, then on as usual', () => {
    const view = localPage([
      text('one', { list: 'bullet' }),
      text('', { list: 'bullet', indent: 1 }),
    ]);
    view.dispatch(view.state.tr.setSelection(Selection.atEnd(view.state.doc)));
    const steps = Array.from({ length: 3 }, () => {
      view.run(block.splitBlock);
      return outlineOf(view).slice(1);
    });
    expect(steps).toEqual([['bullet ""'], ['text ""'], ['text ""', 'text ""']]);
  });

  test('in an empty paragraph at the end of a quote leaves the quote', () => {
    const view = localPage([{ type: 'quote', content: [text('said'), text('')] }]);
    view.select('said', 6);
    view.run(block.splitBlock);
    expect(outlineOf(view)).toEqual(['quote', '  text "said"', 'text ""']);
  });

  test('replaces what is selected', () => {
    const view = localPage([text('one two three')]);
    view.select('two ', 0, 4);
    view.run(block.splitBlock);
    expect(outlineOf(view)).toEqual(['text "one "', 'text "three"']);
  });
});

describe('Backspace at the start', () => {
  test('makes an item a paragraph, keeps its place, then moves it left', () => {
    const view = localPage(list);
    view.select('two');
    view.run(block.backspaceAtStart);
    expect(outlineOf(view)[1]).toBe('  text "two"');
    view.run(block.backspaceAtStart);
    expect(outlineOf(view)[1]).toBe('text "two"');
    expect(view.run(block.backspaceAtStart)).toBe(false);
  });

  test('removes an empty block before it, and keeps its own', () => {
    const view = localPage([text('', { id: 'a' }), text('kept', { id: 'b' })]);
    view.select('kept');
    view.run(block.backspaceAtStart);
    expect(outlineOf(view)).toEqual(['text "kept"']);
    expect(view.state.doc.firstChild?.attrs['id']).toBe('b');
  });

  test('removes a divider, goes into code, and lifts out of a quote', () => {
    const divided = localPage([text('a'), { type: 'divider' }, text('b')]);
    divided.select('b');
    divided.run(block.backspaceAtStart);
    expect(outlineOf(divided)).toEqual(['text "a"', 'text "b"']);

    const code = localPage([
      { type: 'codeBlock', content: [{ type: 'text', text: 'x = 1' }] },
      text(''),
    ]);
    code.select('x = 1', 7);
    code.run(block.backspaceAtStart);
    expect(outlineOf(code)).toEqual(['codeBlock "x = 1"']);
    expect(code.state.selection.$from.parentOffset).toBe(5);

    const quote = localPage([{ type: 'quote', content: [text('said')] }]);
    quote.select('said');
    quote.run(block.backspaceAtStart);
    expect(outlineOf(quote)).toEqual(['text "said"']);
  });

  test('passes inside of a text and with a selection', () => {
    const view = localPage(list);
    view.select('two', 1);
    expect(view.run(block.backspaceAtStart)).toBe(false);
    view.select('two', 0, 2);
    expect(view.run(block.backspaceAtStart)).toBe(false);
  });
});

describe('Tab', () => {
  test('moves an item one step below the item before it, and no further', () => {
    const view = localPage(list);
    view.select('three');
    for (let i = 0; i < 4; i++) expect(view.run(block.indent(1))).toBe(true);
    expect(outlineOf(view)[2]).toBe('    bullet "three"');
    for (let i = 0; i < 4; i++) expect(view.run(block.indent(-1))).toBe(true);
    expect(outlineOf(view)[2]).toBe('bullet "three"');
  });

  test('leaves the first item where it is, and moves all that are selected', () => {
    const view = localPage(list);
    view.select('one');
    view.run(block.indent(1));
    expect(outlineOf(view)).toEqual(outlineOf(localPage(list)));
    const { tr, doc } = view.state;
    view.dispatch(tr.setSelection(TextSelection.create(doc, 1, doc.content.size - 1)));
    view.run(block.indent(-1));
    expect(outlineOf(view)).toEqual(['bullet "one"', 'bullet "two"', 'bullet "three"']);
  });

  test('takes along what is inside of an item, both ways, and never flattens it', () => {
    const nested = [
      text('one', { list: 'bullet' }),
      text('two', { list: 'bullet' }),
      text('inside', { list: 'ordered', indent: 1 }),
      text('note', { indent: 2 }),
      text('three', { list: 'bullet' }),
    ];
    const view = localPage(nested);
    view.select('two');
    view.run(block.indent(1));
    expect(outlineOf(view)).toEqual([
      'bullet "one"',
      '  bullet "two"',
      '    ordered "inside"',
      '      text "note"',
      'bullet "three"',
    ]);
    view.run(block.indent(-1));
    expect(outlineOf(view)).toEqual(outlineOf(localPage(nested)));
    view.run(block.indent(-1));
    expect(outlineOf(view)).toEqual(outlineOf(localPage(nested)));
    view.select('two', 0, 8);
    view.run(block.indent(1));
    expect(outlineOf(view).slice(1, 4)).toEqual([
      '  bullet "two"',
      '    ordered "inside"',
      '      text "note"',
    ]);

    const deep = localPage([
      text('a', { list: 'bullet', indent: 6 }),
      text('b', { list: 'bullet', indent: 6 }),
      text('c', { list: 'bullet', indent: 8 }),
    ]);
    deep.select('b');
    deep.run(block.indent(1));
    expect(outlineOf(deep)[1]).toBe(`${'  '.repeat(6)}bullet "b"`);
  });

  test('goes to the deepest level for paragraphs', () => {
    const view = localPage([text('a')]);
    view.select('a');
    for (let i = 0; i < 12; i++) view.run(block.indent(1));
    expect(view.state.doc.firstChild?.attrs['indent']).toBe(8);
  });
});

test('Enter at the start of an item with a number of its own leaves the number to the new item', () => {
  const view = localPage([text('five', { list: 'ordered', start: 5 })]);
  view.select('five');
  view.run(block.splitBlock);
  expect(view.state.doc.children.map(({ attrs }) => attrs['start'] as unknown)).toEqual([5, null]);
  view.select('five', 2);
  view.run(block.splitBlock);
  expect(view.state.doc.children.map(({ attrs }) => attrs['start'] as unknown)).toEqual([
    5,
    null,
    null,
  ]);
});

describe('kinds and lists', () => {
  test('a heading is no item, and an item no heading', () => {
    const view = localPage([text('a', { list: 'task', indent: 2, checked: true })]);
    view.select('a');
    view.run(block.setKind('heading2'));
    expect(outlineOf(view)).toEqual(['heading2 "a"']);
    view.run(block.toggleList('ordered'));
    expect(outlineOf(view)).toEqual(['ordered "a"']);
    view.run(block.toggleList('ordered'));
    expect(outlineOf(view)).toEqual(['text "a"']);
  });

  test('a code block becomes text with its id, and back', () => {
    const view = localPage([text('a', { id: 'x' })]);
    view.select('a');
    view.run(block.toggleCode);
    expect(outlineOf(view)).toEqual(['codeBlock "a"']);
    view.run(block.setKind('heading1'));
    expect(outlineOf(view)).toEqual(['heading1 "a"']);
    expect(view.state.doc.firstChild?.attrs['id']).toBe('x');
    expect(() => view.state.doc.check()).not.toThrow();
  });

  test('a quote is put around and taken away', () => {
    const view = localPage([text('a')]);
    view.select('a');
    view.run(block.toggleQuote);
    expect(outlineOf(view)).toEqual(['quote', '  text "a"']);
    view.run(block.toggleQuote);
    expect(outlineOf(view)).toEqual(['text "a"']);
  });

  test('a divider takes the place of an empty paragraph, and the caret comes after it', () => {
    const view = localPage([text('')]);
    view.run(block.insertDivider);
    expect(outlineOf(view)).toEqual(['divider', 'text ""']);
    expect(view.state.selection.$from.index(0)).toBe(1);
  });

  test('tasks are checked together, and other blocks pass', () => {
    const view = localPage([text('a', { list: 'task' }), text('b')]);
    view.select('a');
    expect(view.run(block.toggleChecked)).toBe(true);
    expect(outlineOf(view)[0]).toBe('task* "a"');
    view.select('b');
    expect(view.run(block.toggleChecked)).toBe(false);
  });
});

test('blocks move up and down with the caret, and stop at the ends', () => {
  const view = localPage([text('a'), text('b'), text('c')]);
  view.select('b', 1);
  view.run(block.moveBlocks(-1));
  expect(outlineOf(view)).toEqual(['text "b"', 'text "a"', 'text "c"']);
  expect(view.run(block.moveBlocks(-1))).toBe(true);
  view.run(block.moveBlocks(1));
  view.run(block.moveBlocks(1));
  expect(outlineOf(view)).toEqual(['text "a"', 'text "c"', 'text "b"']);
  expect(view.state.selection.$from.parent.textContent).toBe('b');
  expect(view.state.selection.$from.parentOffset).toBe(1);
});

test('a move takes along what is inside of an item, and passes an item with what is inside of it', () => {
  const view = localPage([
    text('a', { list: 'bullet' }),
    text('a1', { list: 'bullet', indent: 1 }),
    text('b', { list: 'bullet' }),
    text('b1', { list: 'bullet', indent: 1 }),
    text('c'),
  ]);
  const names = (): string[] => view.state.doc.children.map(({ textContent }) => textContent);
  view.select('b');
  view.run(block.moveBlocks(-1));
  expect(names()).toEqual(['b', 'b1', 'a', 'a1', 'c']);
  expect(view.state.selection.$from.parent.textContent).toBe('b');
  view.run(block.moveBlocks(1));
  expect(names()).toEqual(['a', 'a1', 'b', 'b1', 'c']);
  view.run(block.moveBlocks(1));
  expect(names()).toEqual(['a', 'a1', 'c', 'b', 'b1']);
  view.select('c');
  view.run(block.moveBlocks(1));
  expect(names()).toEqual(['a', 'a1', 'b', 'b1', 'c']);
  view.run(block.moveBlocks(-1));
  view.run(block.moveBlocks(-1));
  expect(names()).toEqual(['c', 'a', 'a1', 'b', 'b1']);
});
