import type { Node } from '@tiptap/pm/model';
import { EditorState, type Transaction } from '@tiptap/pm/state';
import type { DecorationSet } from '@tiptap/pm/view';
import { expect, test } from 'vitest';

import { listNumbers } from './list-numbers.ts';
import { editorSchema } from './sections.ts';

const schema = editorSchema;

const text = (attrs: object = {}): object => ({ type: 'textBlock', attrs });
const ordered = (indent: number | null = null): object => text({ list: 'ordered', indent });
const quote = (...content: object[]): object => ({ type: 'quote', content });
const section = (...content: object[]): object => ({ type: 'section', content });
const page = (...content: object[]): Node => schema.nodeFromJSON({ type: 'doc', content });

class Numbered {
  readonly #plugin = listNumbers();
  state: EditorState;

  constructor(doc: Node) {
    this.state = EditorState.create({ doc, plugins: [this.#plugin] });
  }

  get labels(): string {
    const set = this.#plugin.props.decorations!.call(this.#plugin, this.state) as DecorationSet;
    return set
      .find()
      .toSorted((a, b) => a.from - b.from)
      .map(({ from, to, spec }) => {
        const isWhole = this.state.doc.nodeAt(from)?.nodeSize === to - from;
        return `${from}:${isWhole ? (spec as { label: string }).label : 'a part'}`;
      })
      .join(' ');
  }

  change(make: (tr: Transaction) => Transaction): [string, string] {
    this.state = this.state.apply(make(this.state.tr));
    return [this.labels, new Numbered(this.state.doc).labels];
  }
}

test('items are numbered on the page, in sections and, for themselves, in quotes', () => {
  const blocks = [ordered(), ordered(1), quote(ordered(), ordered()), ordered()];
  expect(new Numbered(page(...blocks)).labels).toBe('0:1. 2:a. 5:1. 7:2. 10:2.');
  expect(new Numbered(page(section(...blocks), section(ordered()))).labels).toBe(
    '1:1. 3:a. 6:1. 8:2. 11:2. 15:3.',
  );
});

test('numbers go on in the next section, over sections that only hold deeper blocks', () => {
  const doc = page(section(ordered(), ordered(1)), section(ordered(1)), section(ordered()));
  expect(new Numbered(doc).labels).toBe('1:1. 3:a. 7:b. 11:2.');
});

test('numbers follow every change: text, a block that comes, goes or is replaced, a section', () => {
  const numbered = new Numbered(
    page(section(ordered(), ordered()), section(ordered(), ordered()), section(ordered())),
  );
  const changes: [change: (tr: Transaction) => Transaction, labels: string][] = [
    [(tr) => tr.insertText('ab', 2), '1:1. 5:2. 9:3. 11:4. 15:5.'],
    [(tr) => tr.setNodeAttribute(5, 'list', 'bullet'), '1:1. 9:1. 11:2. 15:3.'],
    [
      (tr) => tr.replaceWith(8, 14, schema.nodeFromJSON(section(ordered(), text()))),
      '1:1. 9:1. 15:1.',
    ],
    [(tr) => tr.insert(1, schema.nodeFromJSON(ordered())), '1:1. 3:2. 11:1. 17:1.'],
    [(tr) => tr.delete(1, 3), '1:1. 9:1. 15:1.'],
    [(tr) => tr.split(10), '1:1. 9:1. 11:2. 17:1.'],
    [(tr) => tr.setNodeAttribute(9, 'indent', 2), '1:1. 9:i. 11:1. 17:1.'],
  ];
  for (const [change, labels] of changes) expect(numbered.change(change)).toEqual([labels, labels]);
});
