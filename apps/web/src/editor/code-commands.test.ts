import type { Block } from '@tandem/document';
import { AllSelection } from '@tiptap/pm/state';
import { expect, test } from 'vitest';

import * as code from './code-commands.ts';
import { localPage, outlineOf, text } from './headless-page.ts';
import { goToEdge, leaveAll, selectToEdge } from './page-edges.ts';

const block = (content: string): Block => ({
  type: 'codeBlock',
  ...(content && { content: [{ type: 'text', text: content }] }),
});

test('Enter keeps the indent of its line', () => {
  const view = localPage([block('if x:\n    y')]);
  view.select('y', 1);
  view.run(code.enterInCode);
  expect(view.state.doc.textContent).toBe('if x:\n    y\n    ');
});

test('Enter keeps empty lines; behind two of them at the end it leaves, and takes them with it', () => {
  const view = localPage([block('a')]);
  view.select('a', 1);
  for (let i = 0; i < 2; i++) view.run(code.enterInCode);
  view.type('b');
  expect(outlineOf(view)).toEqual(['codeBlock "a\n\nb"']);
  for (let i = 0; i < 3; i++) view.run(code.enterInCode);
  expect(outlineOf(view)).toEqual(['codeBlock "a\n\nb"', 'text ""']);
  expect(view.state.selection.$from.parent.type.name).toBe('textBlock');

  const middle = localPage([block('a\n\n\nb')]);
  middle.select('a', 3);
  middle.run(code.enterInCode);
  expect(outlineOf(middle)).toEqual(['codeBlock "a\n\n\n\nb"']);
});

test('Tab writes two spaces; with a selection it moves lines in, and Shift-Tab out', () => {
  const view = localPage([block('a\nb\nc')]);
  view.select('a');
  view.run(code.indentCode(1));
  expect(view.state.doc.textContent).toBe('  a\nb\nc');
  view.select('b', 0, 3);
  view.run(code.indentCode(1));
  expect(view.state.doc.textContent).toBe('  a\n  b\n  c');
  view.select('a', 0, 6);
  view.run(code.indentCode(-1));
  expect(view.state.doc.textContent).toBe('a\nb\n  c');
  expect(view.run(code.indentCode(-1))).toBe(true);
});

test('the arrow down leaves the last line of the last block only', () => {
  const last = localPage([block('a\nb')]);
  last.select('a');
  expect(last.run(code.leaveCodeDown)).toBe(false);
  last.select('b');
  expect(last.run(code.leaveCodeDown)).toBe(true);
  expect(outlineOf(last)).toEqual(['codeBlock "a\nb"', 'text ""']);

  const followed = localPage([block('a'), text('b')]);
  followed.select('a');
  expect(followed.run(code.leaveCodeDown)).toBe(false);
  followed.run(code.leaveCode);
  expect(followed.state.selection.$from.parent.textContent).toBe('b');
});

test('Tab writes a tab among tabs, and Shift-Tab takes away a tab or two spaces', () => {
  const view = localPage([block('a\n\tb\n   c')]);
  view.select('a');
  view.run(code.indentCode(1));
  expect(view.state.doc.textContent).toBe('\ta\n\tb\n   c');
  view.select('a', -1, 9);
  view.run(code.indentCode(-1));
  expect(view.state.doc.textContent).toBe('a\nb\n c');
});

test('Backspace makes an empty block a paragraph', () => {
  const view = localPage([block('')]);
  view.run(code.backspaceInCode);
  expect(outlineOf(view)).toEqual(['text ""']);
});

test('Backspace at the start of code takes an empty block or a line, and joins nothing', () => {
  for (const taken of [text(''), block(''), { type: 'divider' } as Block]) {
    const view = localPage([text('a'), taken, block('x\ny')]);
    view.select('x');
    expect(view.run(code.backspaceInCode)).toBe(true);
    expect(outlineOf(view)).toEqual(['text "a"', 'codeBlock "x\ny"']);
  }
  for (const kept of [text('a'), block('a'), { type: 'quote', content: [text('a')] } as Block]) {
    const view = localPage([kept, block('x\ny')]);
    const before = outlineOf(view);
    view.select('x');
    expect(view.run(code.backspaceInCode)).toBe(true);
    expect(outlineOf(view)).toEqual(before);
    expect(view.state.selection.$from.parent.textContent).toBe('a');
    expect(view.state.selection.$from.parentOffset).toBe(1);
  }
  const first = localPage([block('x')]);
  first.select('x');
  expect(first.run(code.backspaceInCode)).toBe(true);
  expect(outlineOf(first)).toEqual(['codeBlock "x"']);
});

test('Delete at the end of code, or of a text before code, joins nothing', () => {
  for (const [before, after] of [
    [text('a'), block('x')],
    [block('a'), text('x')],
    [block('a'), block('x')],
    [block('a'), { type: 'quote', content: [text('x')] } as Block],
  ] as const) {
    const view = localPage([before, after]);
    const outline = outlineOf(view);
    view.select('a', 1);
    expect(view.run(code.deleteBesideCode)).toBe(true);
    expect(outlineOf(view)).toEqual(outline);
    expect(view.state.selection.$from.parent.textContent).toBe('x');
  }
  const line = localPage([block('a'), { type: 'divider' }, text('b')]);
  line.select('a', 1);
  line.run(code.deleteBesideCode);
  expect(outlineOf(line)).toEqual(['codeBlock "a"', 'text "b"']);
  const texts = localPage([text('a'), text('b')]);
  texts.select('a', 1);
  expect(texts.run(code.deleteBesideCode)).toBe(false);
});

test('a block can be written above code: with the arrow up where nothing is, with Mod-Shift-Enter anywhere', () => {
  const first = localPage([block('x\ny')]);
  first.select('x', 1);
  expect(first.run(code.leaveCodeUp)).toBe(false);
  first.select('x');
  expect(first.run(code.leaveCodeUp)).toBe(true);
  expect(outlineOf(first)).toEqual(['text ""', 'codeBlock "x\ny"']);
  first.select('x');
  expect(first.run(code.leaveCodeUp)).toBe(false);
  first.select('y', 1);
  expect(first.run(code.writeAboveCode)).toBe(true);
  expect(outlineOf(first)).toEqual(['text ""', 'text ""', 'codeBlock "x\ny"']);
  expect(first.state.selection.$from.index(0)).toBe(1);
});

test('Mod-a selects the code first, and passes when it is selected or empty', () => {
  const view = localPage([text('a'), block('x\ny'), text('b')]);
  view.select('y');
  expect(view.run(code.selectCode)).toBe(true);
  const { from, to } = view.state.selection;
  expect(view.state.doc.textBetween(from, to)).toBe('x\ny');
  expect(view.run(code.selectCode)).toBe(false);
  expect(localPage([block('')]).run(code.selectCode)).toBe(false);
});

test('the ends of a page that begins and ends with code are reached', () => {
  const view = localPage([block('first'), text('a'), block('last')]);
  view.select('a');
  view.run(goToEdge('end'));
  expect(view.state.selection.$head.parent.textContent).toBe('last');
  expect(view.state.selection.$head.parentOffset).toBe(4);
  view.select('a');
  view.run(selectToEdge('end'));
  expect(view.state.doc.textBetween(view.state.selection.from, view.state.selection.to, '/')).toBe(
    'a/last',
  );
  view.run(goToEdge('start'));
  expect(view.state.selection.$head.parentOffset).toBe(0);
  expect(view.run(leaveAll('end'))).toBe(false);
  view.dispatch(view.state.tr.setSelection(new AllSelection(view.state.doc)));
  expect(view.run(leaveAll('end'))).toBe(true);
  expect(view.state.selection.$head.parent.textContent).toBe('last');
});

test('every command passes outside of code', () => {
  const view = localPage([text('a')]);
  for (const command of [
    code.enterInCode,
    code.indentCode(1),
    code.leaveCode,
    code.leaveCodeDown,
    code.backspaceInCode,
    code.deleteBesideCode,
    code.writeAboveCode,
    code.leaveCodeUp,
    code.selectCode,
  ]) {
    expect(view.run(command)).toBe(false);
  }
});
