// @vitest-environment happy-dom
import { MAX_PAGE_LENGTH } from '@tandem/document';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { NodeSelection, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { undo } from '../binding/binding.ts';
import { MAX_PASTED_LINE_LENGTH } from '../limits.ts';
import { markdownOf } from './copied-markdown.ts';
import { blocksIn, isSectioned } from '../sections.ts';
import { type Clipboard, copyAll, linesOf, paste, pasteClipboard } from './corpus.ts';
import { markdownReader, pasteMarkdown } from './clipboard.ts';

const plain = (text: string, into = '|'): Clipboard =>
  new Map([
    ['into', into],
    ['text/plain', text],
  ]);
const lines = (view: EditorView): string[] => linesOf(view.state.doc);

const README = '# Title\n\nSome **bold** words\n\n- one\n- two';

test('Markdown is text until its parser is loaded, and only the last one is read', async () => {
  expect(markdownReader.module).toBeNull();
  const [alone, replaced] = [
    pasteClipboard(plain(README)).view,
    pasteClipboard(plain(README)).view,
  ];
  paste(replaced, plain(README.replace('two', 'three')));
  expect(alone.state.doc.firstChild!.textContent).toBe('# Title');
  await markdownReader.load();
  expect(lines(alone)).toEqual(['# Title', 'Some **bold** words', '- one', '- two']);
  expect(alone.state.doc.firstChild!.attrs['kind']).toBe('heading1');
  expect(replaced.state.doc.textContent).toContain('# Title');
  expect(lines(replaced)).toContain('- three');
  expect(replaced.state.doc.lastChild!.textContent).toBe('three');
});

test('what is written while the parser loads stays, with the caret behind it', async () => {
  const markdown = pasteClipboard(plain(README)).view;
  const notLoaded = vi.spyOn(markdownReader, 'module', 'get').mockReturnValue(null);
  const [after, below, within] = [1, 2, 3].map(() => pasteClipboard(plain(README, 'ab|')).view);
  notLoaded.mockRestore();
  const type = (view: EditorView, text: string) => view.dispatch(view.state.tr.insertText(text));
  type(after!, ' more');
  const end = below!.state.doc.content.size;
  const block = below!.state.schema.nodes['textBlock']!.create({ id: 'below' });
  const tr = below!.state.tr.insert(end, block);
  below!.dispatch(tr.setSelection(TextSelection.create(tr.doc, end + 1)).insertText('bel'));
  within!.dispatch(within!.state.tr.insertText('and ', within!.state.doc.content.size - 2));
  await markdownReader.load();
  for (const view of [after!, below!]) type(view, 'ow');
  expect(lines(markdown)).toContain('- two');
  expect(lines(after!)).toEqual([
    'ab',
    '# Title',
    'Some **bold** words',
    '- one',
    '- two',
    ' moreow',
  ]);
  expect(lines(below!).slice(-2)).toEqual(['- two', 'below']);
  expect(within!.state.doc.textContent).toContain('# Title');
  expect(within!.state.doc.textContent).toContain('and ');
});

test('Markdown is read, too, when its first and last block are shown again meanwhile', async () => {
  const notLoaded = vi.spyOn(markdownReader, 'module', 'get').mockReturnValue(null);
  const { view } = pasteClipboard(plain(README));
  notLoaded.mockRestore();
  const { firstChild, lastChild, content } = view.state.doc;
  const again = (block: Node) => block.type.create({ ...block.attrs, id: 'again' }, block.content);
  const { tr } = view.state;
  tr.replaceWith(content.size - lastChild!.nodeSize, content.size, again(lastChild!));
  view.dispatch(tr.replaceWith(0, firstChild!.nodeSize, again(firstChild!)));
  await markdownReader.load();
  expect(lines(view)).toEqual(['# Title', 'Some **bold** words', '- one', '- two']);
  expect(view.state.doc.firstChild!.attrs['kind']).toBe('heading1');
});

describe('Markdown', () => {
  beforeAll(() => markdownReader.load());

  test('becomes what it means, and one undo turns it back into the text', () => {
    const { view } = pasteClipboard(plain(README, 'ab|cd'));
    expect(lines(view)).toEqual(['ab', '# Title', 'Some **bold** words', '- one', '- two', 'cd']);
    undo(view);
    expect(view.state.doc.textBetween(0, view.state.doc.content.size, '\n')).toBe(`ab${README}cd`);
    undo(view);
    expect(lines(view)).toEqual(['abcd']);
  });

  test('replaces a selected image, and nothing beside it', () => {
    const { view } = pasteClipboard(plain('', 'up|'));
    const { image, textBlock } = view.state.schema.nodes;
    const [one, other] = ['1', '2'].map((digit) =>
      image!.create({ id: `image${digit}`, file: `01JD9X6Z7S8K3Q2M5N4P6R000${digit}` }),
    );
    const low = textBlock!.create({ id: 'low' }, view.state.schema.text('low'));
    const end = view.state.doc.content.size;
    view.dispatch(view.state.tr.insert(end, [one!, other!, low]));
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, end)));
    paste(view, plain('# Title\n**b**'));
    const shown = () =>
      blocksIn(view.state.doc).map(({ type, textContent }) =>
        type.name === 'image' ? 'image' : textContent,
      );
    expect(shown()).toEqual(['up', 'Title', 'b', 'image', 'low']);
    view.dispatch(view.state.tr.insertText('old'));
    expect(shown()).toEqual(['up', 'Title', 'bold', 'image', 'low']);
  });

  test('is read in a long page, which is cut into sections', () => {
    const { view } = pasteClipboard(
      plain(Array.from({ length: 400 }, (_, n) => `line ${n}`).join('\n')),
    );
    const before = blocksIn(view.state.doc).map(({ textContent }) => textContent);
    expect(isSectioned(view.state.doc)).toBe(true);
    const part = Array.from({ length: 100 }, (_, n) => `## Part ${n}\n\n- a **b**`).join('\n\n');
    let middle = 0;
    view.state.doc.descendants((node, pos) => {
      if (node.isTextblock && node.textContent === 'line 200') middle = pos + 6;
    });
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, middle)));
    paste(view, plain(part));
    const pasted = blocksIn(view.state.doc).map(({ textContent }) => textContent);
    expect(pasted).toHaveLength(601);
    expect(pasted.slice(199, 203)).toEqual(['line 199', 'line ', 'Part 0', 'a b']);
    expect(pasted.slice(397, 402)).toEqual(['Part 98', 'a b', 'Part 99', 'a b', '200']);
    undo(view);
    undo(view);
    expect(blocksIn(view.state.doc).map(({ textContent }) => textContent)).toEqual(before);
  });

  test('stays text where the person asks for plain text, and is read where they ask for Markdown', () => {
    const { view } = pasteClipboard(plain('', '|'));
    (view as unknown as { input: { shiftKey: boolean } }).input.shiftKey = true;
    paste(view, plain(README));
    expect(lines(view)[0]).toBe('# Title');
    expect(view.state.doc.firstChild!.textContent).toBe('# Title');

    const other = pasteClipboard(plain('')).view;
    pasteMarkdown(other, '# Title');
    expect(other.state.doc.firstChild!.attrs['kind']).toBe('heading1');
    undo(other);
    expect(other.state.doc.firstChild!.textContent).toBe('# Title');
  });

  test('is copied from a selection', () => {
    const { view } = pasteClipboard(plain(README));
    copyAll(view);
    expect(markdownOf(view.state)).toBe('# Title\n\nSome **bold** words\n\n- one\n- two');
    const title = TextSelection.create(view.state.doc, 1, 4);
    view.dispatch(view.state.tr.setSelection(title));
    expect(markdownOf(view.state)).toBe('Tit');
  });
});

describe('what a page cannot hold', () => {
  test.each([
    ['a line that a browser cannot lay out', 'x'.repeat(MAX_PASTED_LINE_LENGTH + 1)],
    ['more text than a page may have', 'x\n'.repeat(MAX_PAGE_LENGTH / 2 + 1)],
  ])('%s is refused at once, and nothing changes', (_, words) => {
    const { view, problem } = pasteClipboard(plain(words, 'ab|'));
    expect(problem).toBe('tooLong');
    expect(lines(view)).toEqual(['ab']);
  });

  test('a line that is too long is refused as well where it comes as HTML alone, or is dropped', () => {
    const long = `<p>${'x'.repeat(MAX_PASTED_LINE_LENGTH + 1)}</p>`;
    const { view, problem } = pasteClipboard(
      new Map([
        ['into', 'ab|'],
        ['text/html', long],
      ]),
    );
    expect(problem).toBe('tooLong');
    const words = view.state.schema.text('x'.repeat(MAX_PASTED_LINE_LENGTH + 1));
    const drop = new Event('drop', { cancelable: true }) as DragEvent;
    view.someProp('handleDrop', (handle) =>
      handle(view, drop, new Slice(Fragment.from(words), 0, 0), false),
    );
    expect(drop.defaultPrevented).toBe(true);
    expect(lines(view)).toEqual(['ab']);
  });

  test('a file that is dropped is refused, and the browser does not open it', () => {
    const { view } = pasteClipboard(plain('', 'ab|'));
    for (const type of ['dragover', 'drop']) {
      const event = new Event(type, { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], files: [] } });
      view.dom.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(true);
    }
    expect(lines(view)).toEqual(['ab']);
  });
});

describe('a paste', () => {
  const html = (content: string, into: string): EditorView =>
    pasteClipboard(
      new Map([
        ['into', into],
        ['text/html', content],
      ]),
    ).view;

  test('keeps the block with the caret, in which others may be writing', () => {
    for (const [into, index] of [
      ['|ab', 1],
      ['ab|', 0],
      ['a|b', 0],
    ] as const) {
      const before = pasteClipboard(plain('', into)).view.state.doc.firstChild!.attrs[
        'id'
      ] as string;
      const view = html('<pre>x\ny</pre>', into);
      expect(view.state.doc.child(index).attrs['id']).toBe(before);
    }
  });

  test('puts the caret behind what came', () => {
    const typedBehind = (view: EditorView): string[] => {
      view.dispatch(view.state.tr.insertText('!'));
      return lines(view);
    };
    expect(typedBehind(html('<ul><li>one</li><li>two</li></ul>', 'a|b'))).toEqual([
      'a',
      '- one',
      '- two!',
      'b',
    ]);
    expect(typedBehind(html('<p>one</p><p>two</p>', 'a|b'))).toEqual(['aone', 'two!b']);
    expect(typedBehind(html('<hr>', 'a|b'))).toEqual(['a', '---', '!b']);
    expect(typedBehind(html('<hr>', 'a|'))).toEqual(['a', '---', '!']);
    expect(typedBehind(html('<h2>Title</h2>', '|'))).toEqual(['## Title!']);
    expect(typedBehind(pasteClipboard(plain('one\ntwo', 'a|b')).view)).toEqual(['aone', 'two!b']);
  });

  test('of a list contains its start only where that differs from its place', () => {
    const view = html('<ol><li>a</li></ol><pre>x</pre><ol start="2"><li>b</li></ol>', '|');
    expect(lines(view)).toEqual(['1. a', '```', 'x', '```', '2. b']);
    expect(view.state.doc.lastChild!.attrs['start']).toBeNull();
    expect(html('<ol start="3"><li>a</li></ol>', '|').state.doc.firstChild!.attrs['start']).toBe(3);
  });

  test('takes the place of a selection, and of a line', () => {
    const { view } = pasteClipboard(plain('a\nb\nc'));
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 2, 8)));
    paste(view, plain('x\ny'));
    expect(lines(view)).toEqual(['ax', 'y']);
    const divided = html('<p>a</p><hr><p>b</p>', '|');
    divided.dispatch(divided.state.tr.setSelection(NodeSelection.create(divided.state.doc, 3)));
    paste(divided, plain('x'));
    expect(lines(divided)).toEqual(['a', 'x', 'b']);
  });

  test('of code goes into a line as words, and over several lines as code', () => {
    const { view } = pasteClipboard(
      new Map([
        ['into', '|'],
        ['text/html', '<pre>x\ny</pre>'],
      ]),
    );
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1, 2)));
    const one = view.serializeForClipboard(view.state.selection.content());
    const into = pasteClipboard(plain('', 'a|b')).view;
    paste(
      into,
      new Map([
        ['text/html', one.dom.innerHTML],
        ['text/plain', one.text],
      ]),
    );
    expect(lines(into)).toEqual(['axb']);
    paste(into, copyAll(view));
    expect(lines(into)).toEqual(['ax', '```', 'x', 'y', '```', 'b']);
  });
});
