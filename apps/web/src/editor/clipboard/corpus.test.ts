// @vitest-environment happy-dom
import type { EditorView } from '@tiptap/pm/view';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import { undo } from '../binding/binding.ts';
import { markdownReader, pasteMarkdown } from './clipboard.ts';
import { markdownOf } from './copied-markdown.ts';
import { copyAll, linesOf, parseClipboard, paste, pasteClipboard } from './corpus.ts';

const FILES = import.meta.glob<string>('./corpus/*.clip', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const NAMES = Object.keys(FILES).map((path) => path.slice('./corpus/'.length, -'.clip'.length));
const read = (name: string) => parseClipboard(FILES[`./corpus/${name}.clip`]!);

beforeAll(() => markdownReader.load());
afterEach(() => document.body.replaceChildren());

function words(view: EditorView): string[] {
  return linesOf(view.state.doc)
    .map((line) => line.replaceAll(/[\s⇥⍽]+/g, ' ').trim())
    .filter((line) => line !== '∅' && line !== '');
}

describe.each(NAMES)('%s', (name) => {
  test('makes the page', () => {
    const data = read(name);
    const { view, problem } = pasteClipboard(data);
    expect(problem ?? undefined).toBe(data.get('problem'));
    expect(linesOf(view.state.doc).join('\n')).toBe(data.get('document'));
    expect(copyAll(view).get('text/plain')).toBe(data.get('copied'));
  });

  test('comes back as it was from its own copy', () => {
    const { view } = pasteClipboard(read(name));
    const copy = pasteClipboard(new Map());
    paste(copy.view, copyAll(view));
    expect(linesOf(copy.view.state.doc)).toEqual(linesOf(view.state.doc));
  });

  test('comes back from its Markdown, but for empty lines and white space', () => {
    const { view } = pasteClipboard(read(name));
    copyAll(view);
    const other = pasteClipboard(new Map()).view;
    pasteMarkdown(other, markdownOf(view.state));
    expect(words(other)).toEqual(words(view));
  });

  test('is taken back by undo', () => {
    const data = read(name);
    const { view } = pasteClipboard(data);
    const empty = pasteClipboard(new Map([['into', data.get('into') ?? '|']])).view;
    for (let step = 0; step < 2; step++) undo(view);
    expect(linesOf(view.state.doc)).toEqual(linesOf(empty.state.doc));
  });
});
