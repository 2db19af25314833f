/**
 * What the binding costs on the main thread without a screen, for pages of several lengths: medians in milliseconds of
 * opening, and of a key, Enter, a move, a heading and bold, of one's own and of another person's.
 */
import { type Block, readPage, writePage } from '@tandem/document';
import { toggleMark } from '@tiptap/pm/commands';
import { TextSelection } from '@tiptap/pm/state';
import * as Y from 'yjs';

import * as block from '../src/editor/block-commands.ts';
import { openPage, type Page, schema } from '../src/editor/headless-page.ts';

const LENGTHS = [1_000, 3_000, 10_000];
const ROUNDS = 30;
const WORDS = 'one two three four five six seven eight nine ten eleven twelve ';

function measure(length: number): void {
  const source = new Y.Doc();
  writePage(source, blocksOf(length), randomBytes());
  const update = Y.encodeStateAsUpdate(source);
  const times = new Times();
  for (let i = 0; i < 3; i++) {
    times.measure('open', () => openPage(update, 301 + i).view.destroy());
    times.measure('read', () => readPage(source));
  }
  const own = openPage(update, 101);
  const other = openPage(update, 201);
  const sent: Uint8Array[] = [];
  own.doc.on('update', (bytes: Uint8Array) => sent.push(bytes));
  const both = (name: string, work: () => void): void => {
    sent.length = 0;
    times.measure(`own ${name}`, work);
    times.measure(`remote ${name}`, () => {
      for (const bytes of sent) Y.applyUpdate(other.doc, bytes, 'network');
    });
  };
  for (let i = 0; i < ROUNDS; i++) {
    select(own, (i % 10) / 10);
    both('key', () => own.view.type('x'));
    both('Enter', () => own.view.run(block.splitBlock));
    both('move', () => own.view.run(block.moveBlocks(i % 2 ? 1 : -1)));
    both('heading', () => own.view.run(block.setKind('heading2')));
    select(own, ((i + 5) % 10) / 10, 4);
    both('bold', () => own.view.run(toggleMark(schema.marks['bold']!)));
  }
  console.log(`${length} blocks, ${Math.round(update.length / 1000)} KB\n${times.table()}`);
}

function blocksOf(count: number): Block[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'textBlock',
    attrs: {
      kind: index % 10 === 0 ? 'heading1' : null,
      list: index % 10 > 5 ? 'bullet' : null,
    },
    content: [
      { type: 'text', text: WORDS },
      { type: 'text', text: 'end', ...(index % 10 === 1 && { marks: [{ type: 'bold' }] }) },
    ],
  }));
}

function randomBytes(): (length: number) => Uint8Array {
  let state = 1;
  return (length) => Uint8Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647));
}

function select({ view }: Page, share: number, letters = 0): void {
  const { doc, tr } = view.state;
  const $at = TextSelection.near(doc.resolve(Math.floor(doc.content.size * share))).$from;
  const from = $at.start() + Math.floor($at.parent.content.size / 2);
  view.dispatch(tr.setSelection(TextSelection.create(doc, from, from + letters)));
}

class Times {
  readonly #times = new Map<string, number[]>();

  measure(name: string, work: () => void): void {
    const start = performance.now();
    work();
    const times = this.#times.get(name) ?? [];
    this.#times.set(name, [...times, performance.now() - start]);
  }

  table(): string {
    return [...this.#times]
      .map(([name, times]) => {
        const sorted = times.toSorted((a, b) => a - b);
        return `  ${name.padEnd(16)} ${sorted[sorted.length >> 1]!.toFixed(2)} ms`;
      })
      .join('\n');
  }
}

const lengths = process.argv[2]?.split(',').map(Number) ?? LENGTHS;
for (const length of lengths) measure(length);
