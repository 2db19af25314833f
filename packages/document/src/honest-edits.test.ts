import { findWrapping } from '@tiptap/pm/transform';
import type { Transaction } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import type * as Y from 'yjs';
import { KINDS, LISTS } from './nodes.ts';
import { readPage } from './page.ts';
import { HeadlessEditor, schema } from './testing/headless-editor.ts';
import { copyOf, EVERYTHING, merge, pageOf, seededBytes } from './testing/pages.ts';
import { validateChange, validatePage, type Violation } from './validation.ts';

/** What one person does next in an editor, chosen by chance. */
function edit(
  { state: { tr, doc } }: HeadlessEditor,
  below: (limit: number) => number,
): Transaction {
  const position = below(doc.content.size + 1);
  const end = Math.min(doc.content.size, position + below(12));
  const $position = doc.resolve(position);
  const block = doc.childBefore(position);
  switch (below(8)) {
    case 0:
      return tr.deleteRange(position, end);
    case 1:
      return $position.parent.isTextblock ? tr.split(position) : tr;
    case 2: {
      const marks = Object.values(schema.marks);
      const mark = marks[below(marks.length)]!;
      return tr.addMark(
        position,
        end,
        mark.create(mark.name === 'link' ? { href: 'https://a.b' } : null),
      );
    }
    case 3:
      return tr.removeMark(position, end);
    case 4: {
      if (block.node?.type.name !== 'textBlock') return tr;
      const attributes = {
        kind: [null, ...KINDS],
        list: [null, ...LISTS],
        indent: [null, 1, 8],
        checked: [null, true],
      };
      const [name, values] = Object.entries(attributes)[below(4)]!;
      return tr.setNodeAttribute(block.offset, name, values[below(values.length)]);
    }
    case 5: {
      const range = $position.blockRange();
      const wrapping = range && findWrapping(range, schema.nodes['quote']!);
      return wrapping ? tr.wrap(range, wrapping) : tr;
    }
    case 6:
      return $position.parent.type.name === 'textBlock'
        ? tr.insert(position, schema.nodes['hardBreak']!.create())
        : tr;
    default:
      return $position.parent.isTextblock ? tr.insertText('word ', position) : tr;
  }
}

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'three who edit and merge at random are never refused, and converge (seed %i)',
  { timeout: 60_000 },
  (seed) => {
    const random = seededBytes(seed);
    const below = (limit: number): number => {
      const [high, low] = random(2);
      return (high! * 256 + low!) % limit;
    };
    const first = pageOf();
    const pages = [first, copyOf(first, 2), copyOf(first, 3)];
    const refused: Violation[] = [];
    for (const page of pages) {
      page.on('afterTransaction', (transaction: Y.Transaction) =>
        refused.push(...validateChange(transaction)),
      );
    }
    const editors = pages.map((page) => new HeadlessEditor(page));
    for (let step = 0; step < 150; step++) {
      const editor = editors[below(3)]!;
      editor.dispatch(edit(editor, below));
      if (below(10) === 0) merge(pages[below(3)]!, pages[below(3)]!);
    }
    // An editor's own repair of what a merge left is an edit too.
    for (let round = 0; round < 3; round++) merge(...pages);
    expect(refused).toEqual([]);
    expect(readPage(first)).not.toEqual(EVERYTHING);
    for (const { doc, state } of editors) {
      expect(validatePage(doc)).toEqual([]);
      expect(readPage(doc)).toEqual(readPage(first));
      state.doc.check();
    }
  },
);
