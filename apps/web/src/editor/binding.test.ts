import { NodeSelection, Plugin } from '@tiptap/pm/state';
import { describe, expect, test } from 'vitest';

import { isRemote, redo, undo } from './binding/binding.ts';
import { moveBlocks, setKind, splitBlock, toggleList } from './block-commands.ts';
import { type Page, outlineOf, schema, sharedPage, text } from './headless-page.ts';
import { keyBindings } from './keymap.ts';
import { blockWith, deleteBlock } from './simulation/page-edits.ts';

const caret = ({ view }: Page): string => {
  const { $from } = view.state.selection;
  const content = $from.parent.textContent;
  return `${content.slice(0, $from.parentOffset)}|${content.slice($from.parentOffset)}`;
};

describe('one changes the kind of a block in which the other, offline, types', () => {
  const changes = {
    'a heading': setKind('heading1'),
    'a list item': toggleList('bullet'),
    'a task': toggleList('task'),
  };
  test.each(Object.entries(changes))(
    '%s: nothing is lost, anyone who comes back first',
    (_name, change) => {
      for (const order of [
        [0, 1],
        [1, 0],
      ] as const) {
        const { pages, sync } = sharedPage([text('Hello')], 2);
        const [writer, changer] = [pages[order[0]]!, pages[order[1]]!];
        writer.view.select('Hello', 5);
        writer.view.type(' world');
        changer.view.select('Hello');
        changer.view.run(change);
        sync();
        sync();
        expect(outlineOf(writer.view)).toEqual(outlineOf(changer.view));
        expect(writer.view.state.doc.textContent).toBe('Hello world');
        expect(outlineOf(writer.view)[0]).not.toMatch(/^text/);
      }
    },
  );
});

describe('the caret stays beside its text', () => {
  test('when somebody writes before it in the same block', () => {
    const { pages, sync } = sharedPage([text('one two')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 1);
    a.view.select('one');
    a.view.type('zero ');
    sync();
    expect(caret(b)).toBe('zero one t|wo');
  });

  test('when somebody presses Enter before it', () => {
    const { pages, sync } = sharedPage([text('one two'), text('after')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 1);
    a.view.select('two');
    a.view.run(splitBlock);
    sync();
    expect(outlineOf(b.view)).toEqual(['text "one "', 'text "two"', 'text "after"']);
    expect(caret(b)).toBe('t|wo');
  });

  test('when somebody presses Enter at the start of its block, or right where it is', () => {
    const { pages, sync } = sharedPage([text('one two')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 1);
    a.view.select('one');
    a.view.run(splitBlock);
    sync();
    expect(caret(b)).toBe('one t|wo');
    a.view.select('two', 1);
    a.view.run(splitBlock);
    sync();
    expect(caret(b)).toBe('one t|');
  });

  test('when somebody joins its block to the one before', () => {
    const { pages, sync } = sharedPage([text('one'), text('two'), text('three')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 2);
    const { tr } = a.view.state;
    a.view.dispatch(tr.join(5));
    sync();
    expect(outlineOf(b.view)).toEqual(['text "onetwo"', 'text "three"']);
    expect(caret(b)).toBe('onetw|o');
  });

  test('when somebody moves its block', () => {
    const { pages, sync } = sharedPage([text('one'), text('two'), text('three'), text('four')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 1);
    const { state } = a.view;
    const node = state.doc.child(1);
    a.view.dispatch(
      state.tr.delete(5, 5 + node.nodeSize).insert(state.doc.content.size - node.nodeSize, node),
    );
    sync();
    expect(outlineOf(b.view)).toEqual(['text "one"', 'text "three"', 'text "four"', 'text "two"']);
    expect(caret(b)).toBe('t|wo');
  });

  test('when its block is deleted: somewhere in the page', () => {
    const { pages, sync } = sharedPage([text('one'), text('two')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 2);
    a.view.dispatch(a.view.state.tr.delete(5, 10));
    sync();
    expect(outlineOf(b.view)).toEqual(['text "one"']);
    expect(b.view.state.selection.$from.parent.isTextblock).toBe(true);
  });

  test('and a selection stays on its words', () => {
    const { pages, sync } = sharedPage([text('one two three')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.select('two', 0, 3);
    a.view.select('one', 3);
    a.view.type(' and a half');
    sync();
    const { from, to } = b.view.state.selection;
    expect(b.view.state.doc.textBetween(from, to)).toBe('two');
  });
});

describe('undo', () => {
  test('takes back only what this person wrote, and leaves what the other wrote in the same block', () => {
    const { pages, sync } = sharedPage([text('start')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    a.view.select('start', 5);
    a.view.type(' mine');
    sync();
    b.view.select('start');
    b.view.type('theirs ');
    sync();
    expect(undo(a.view.asView)).toBe(true);
    sync();
    expect(outlineOf(a.view)).toEqual(['text "theirs start"']);
    expect(outlineOf(b.view)).toEqual(['text "theirs start"']);
    expect(redo(a.view.asView)).toBe(true);
    expect(outlineOf(a.view)).toEqual(['text "theirs start mine"']);
  });

  test('of a new block leaves what the other has written in it, in the block before', () => {
    const { pages, sync } = sharedPage([text('start')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    a.view.select('start', 5);
    a.view.run(splitBlock);
    sync();
    b.view.dispatch(b.view.state.tr.insertText('theirs', b.view.state.doc.content.size - 1));
    sync();
    undo(a.view.asView);
    sync();
    expect(outlineOf(a.view)).toEqual(['text "starttheirs"']);
    expect(outlineOf(b.view)).toEqual(outlineOf(a.view));
  });

  test('brings the caret back to where the work was, and a later remote edit does not', () => {
    const { pages, sync } = sharedPage([text('first'), text('second')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    a.view.select('first', 5);
    a.view.type('!');
    a.view.select('second', 3);
    undo(a.view.asView);
    expect(caret(a)).toBe('first|');
    a.view.select('second', 3);
    b.view.select('first');
    b.view.type('x');
    sync();
    expect(caret(a)).toBe('sec|ond');
  });

  test('of a command leaves what was typed just before and after it', () => {
    const { pages } = sharedPage([text('start')], 1);
    const { view } = pages[0]!;
    view.select('start', 5);
    view.type(' more');
    view.run(setKind('heading1'));
    view.type(' words');
    undo(view.asView);
    expect(outlineOf(view)).toEqual(['heading1 "start more"']);
    undo(view.asView);
    expect(outlineOf(view)).toEqual(['text "start more"']);
    undo(view.asView);
    expect(outlineOf(view)).toEqual(['text "start"']);
  });

  test('of a move leaves the words that were typed just before it', () => {
    const { view } = sharedPage([text('one'), text('two')], 1).pages[0]!;
    view.select('one', 3);
    view.type('!');
    view.run(moveBlocks(1));
    undo(view.asView);
    expect(outlineOf(view)).toEqual(['text "one!"', 'text "two"']);
  });

  test('with nothing to undo or redo does nothing, and still takes the key', () => {
    const { pages } = sharedPage([text('start')], 1);
    const { view } = pages[0]!;
    const keys = keyBindings(
      schema,
      () => false,
      () => {},
    );
    view.select('start', 5);
    view.type(' more');
    for (const key of ['Mod-Shift-z', 'Mod-y']) expect(view.run(keys[key]!)).toBe(true);
    expect(outlineOf(view)).toEqual(['text "start more"']);
    expect(view.run(keys['Mod-z']!)).toBe(true);
    expect(view.run(keys['Mod-z']!)).toBe(true);
    expect(outlineOf(view)).toEqual(['text "start"']);
  });
});

describe('what others write is shown', () => {
  const refusing = new Plugin({ filterTransaction: (tr) => !isRemote(tr) });
  const throwing = new Plugin({
    appendTransaction: (trs) => {
      if (trs.some(isRemote)) throw new Error('A plugin failed');
      return null;
    },
  });

  test.each([
    ['refuses', refusing],
    ['throws at', throwing],
  ])('when a plugin %s it, and the next key deletes nothing', (_, plugin) => {
    const { pages, sync } = sharedPage([text('one'), text('two')], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    b.view.state = b.view.state.reconfigure({ plugins: [...b.view.state.plugins, plugin] });
    b.view.select('two', 3);
    a.view.select('one', 3);
    a.view.type(' more');
    try {
      sync();
    } catch {
      // A failing plugin must fail the delivery too.
    }
    b.view.type('!');
    sync();
    for (const { view } of pages)
      expect(outlineOf(view)).toEqual(['text "one more"', 'text "two!"']);
  });
});

describe('a selected block stays selected', () => {
  test.each([
    ['a quote', 'quote'],
    ['a text block', 'textBlock'],
  ])('%s in which and before which somebody writes', (_, type) => {
    const quote = { type: 'quote', content: [text('one'), text('two')] } as const;
    const { pages, sync } = sharedPage([text('before'), quote], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    const { doc, tr } = b.view.state;
    const position = type === 'quote' ? doc.firstChild!.nodeSize : doc.firstChild!.nodeSize + 1;
    b.view.dispatch(tr.setSelection(NodeSelection.create(doc, position)));
    a.view.select('before');
    a.view.run(splitBlock);
    a.view.select('one', 1);
    a.view.type('!');
    sync();
    const { selection } = b.view.state;
    expect(selection).toBeInstanceOf(NodeSelection);
    expect((selection as NodeSelection).node.type.name).toBe(type);
    expect(selection.$from.parent.type.name).toBe(type === 'quote' ? 'doc' : 'quote');
  });

  test('a quote whose first block is deleted', () => {
    const quote = { type: 'quote', content: [text('one'), text('two')] } as const;
    const { pages, sync } = sharedPage([text('before'), quote], 2);
    const [a, b] = [pages[0]!, pages[1]!];
    const { doc, tr } = b.view.state;
    b.view.dispatch(tr.setSelection(NodeSelection.create(doc, doc.firstChild!.nodeSize)));
    deleteBlock(a.view, blockWith(a.view.state.doc, 'one'));
    sync();
    expect((b.view.state.selection as NodeSelection).node.type.name).toBe('quote');
  });
});
