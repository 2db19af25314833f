import type { Block } from '@tandem/document';
import { expect, test } from 'vitest';

import * as code from './code-commands.ts';
import { localPage, outlineOf, text } from './headless-page.ts';

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

test('Enter on the empty last line leaves the block, and takes the line with it', () => {
  const view = localPage([block('a\n')]);
  view.select('a', 2);
  view.run(code.enterInCode);
  expect(outlineOf(view)).toEqual(['codeBlock "a"', 'text ""']);
  expect(view.state.selection.$from.parent.type.name).toBe('textBlock');
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

test('Backspace makes an empty block a paragraph', () => {
  const view = localPage([block('')]);
  view.run(code.backspaceInCode);
  expect(outlineOf(view)).toEqual(['text ""']);
});

test('every command passes outside of code', () => {
  const view = localPage([text('a')]);
  for (const command of [
    code.enterInCode,
    code.indentCode(1),
    code.leaveCode,
    code.leaveCodeDown,
    code.backspaceInCode,
  ]) {
    expect(view.run(command)).toBe(false);
  }
});
