import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { KINDS, LISTS } from './nodes.ts';
import { readPage } from './page.ts';
import { pageRoots } from './stream/roots.ts';
import { copyOf, EVERYTHING, merge, pageOf, seededBytes } from './testing/pages.ts';
import { validateChange, validatePage, type Violation } from './validation.ts';

type Below = (limit: number) => number;

/** Makes one random edit as a person would (SPEC.md, writing), in one transaction. */
function edit(doc: Y.Doc, below: Below): void {
  const { text, attributes } = pageRoots(doc);
  const at = below(text.length + 1);
  const length = Math.min(text.length - at, below(12));
  const block = `b${below(40)}`;
  switch (below(9)) {
    case 0:
      return text.delete(at, length);
    case 1:
      return text.insertEmbed(at, marker(block, below));
    case 2:
      return text.format(at, length, {
        [['bold', 'italic', 'strike', 'code'][below(4)]!]: [true, null][below(2)],
        ...(below(3) === 0 && { link: { href: 'https://a.b' } }),
      });
    case 3: {
      const [name, values] = ATTRIBUTES[below(ATTRIBUTES.length)]!;
      return void attributes.set(`${block}.${name}`, values[below(values.length)]);
    }
    case 4: {
      text.insertEmbed(at, { [['place', 'join'][below(2)]!]: `s${below(9)}` });
      return void attributes.set(`${block}.at`, `s${below(9)}`);
    }
    case 5:
      return void attributes.set(`q${below(4)}.in`, [null, `q${below(4)}`][below(2)]);
    case 6:
      return text.insert(at, '\n');
    default:
      return text.insert(at, 'word ');
  }
}

const ATTRIBUTES: readonly (readonly [string, readonly unknown[]])[] = [
  ['type', [null, 'code', 'divider', 'image', 'file']],
  ['kind', [null, ...KINDS]],
  ['list', [null, ...LISTS]],
  ['indent', [null, 1, 8]],
  ['checked', [null, true]],
  ['start', [null, 5]],
  ['language', [null, 'ts']],
  ['file', [null, '01JD9X6Z7S8K3Q2M5N4P6R0001']],
  ['name', [null, 'plan.pdf']],
  ['size', [null, 0]],
  ['displayWidth', [null, 320]],
  ['in', [null, 'q0', 'q1', 'q2', 'q3']],
  ['at', [null, 's0', 's1']],
  ['free', [null, true]],
];

function marker(id: string, below: Below): object {
  const [name, values] = ATTRIBUTES[below(ATTRIBUTES.length)]!;
  return { id, [name]: values[1] };
}

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'three who edit and merge at random are never refused, and converge (seed %i)',
  { timeout: 60_000 },
  (seed) => {
    const random = seededBytes(seed);
    const below: Below = (limit) => {
      const [high, low] = random(2);
      return (high! * 256 + low!) % limit;
    };
    const first = pageOf();
    const pages = [first, copyOf(first, 2), copyOf(first, 3)];
    const refused: Violation[] = [];
    for (const page of pages) {
      pageRoots(page);
      page.on('afterTransaction', (transaction: Y.Transaction) =>
        refused.push(...validateChange(transaction)),
      );
    }
    for (let step = 0; step < 150; step++) {
      edit(pages[below(3)]!, below);
      if (below(10) === 0) merge(pages[below(3)]!, pages[below(3)]!);
    }
    const reader = copyOf(first, 4);
    pageRoots(reader);
    merge(...pages, reader);
    expect(refused).toEqual([]);
    expect(readPage(first)).not.toEqual(EVERYTHING);
    for (const page of [...pages, reader]) {
      expect(validatePage(page)).toEqual([]);
      expect(readPage(page)).toEqual(readPage(first));
    }
    // WR8: a client that only receives and reads writes nothing.
    expect(reader.store.clients.has(4)).toBe(false);
    expect(Y.equalSnapshots(Y.snapshot(reader), Y.snapshot(first))).toBe(true);
  },
);
