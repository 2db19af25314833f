/**
 * Replaces a page by a Markdown source (RP1 to RP4 in SPEC.md), by few changes: blocks that read the same stay
 * themselves, with all that Markdown cannot express, and so do the beginning and the end of a changed block.
 */
import * as Y from 'yjs';
import { type Block, createBlockId, type Inline, inlineText, type RandomBytes } from '../blocks.ts';
import { IdRanges } from '../history/id-ranges.ts';
import { longestIncreasing } from '../history/increasing-run.ts';
import { readBlock, writeBlocks, writeMarks, writePage } from '../page.ts';
import { attributeKey, AttributeIndex } from '../stream/attributes.ts';
import { arrangePage } from '../stream/blocks.ts';
import { FormatTable } from '../stream/formats.ts';
import { type PageRoots, pageRoots } from '../stream/roots.ts';
import { readSegments, type Segment, type ShownBlock } from '../stream/segments.ts';
import { fromMarkdown } from './reader.ts';
import { toMarkdown } from './writer.ts';

type Quote = Extract<Block, { readonly type: 'quote' }>;
type Plain = Exclude<Block, Quote>;

/** @returns the change as an update of Yjs; null where the page reads so already. */
export function replaceByMarkdown(
  state: Uint8Array,
  markdown: string,
  random: RandomBytes,
): Uint8Array | null {
  const blocks = fromMarkdown(markdown);
  const wanted = toMarkdown(blocks);
  const change = (apply: (doc: Y.Doc) => void) => {
    const doc = new Y.Doc();
    try {
      Y.applyUpdate(doc, state);
      if (toMarkdown(doc) === wanted) return { update: null, isRight: true };
      let update: Uint8Array | null = null;
      doc.on('update', (bytes) => (update = bytes));
      doc.transact(() => apply(doc));
      return { update, isRight: toMarkdown(doc) === wanted };
    } finally {
      doc.destroy();
    }
  };
  const few = change((doc) => new Replacement(doc, blocks, random).apply());
  // A page with moved blocks is not always in the order of its stream.
  return few.isRight ? few.update : change((doc) => writePage(doc, blocks, random)).update;
}

interface Present {
  readonly shown: ShownBlock;
  readonly block: Plain;
  readonly containers: readonly string[];
  /** As Markdown has it. */
  read: Target;
}

interface Target {
  readonly block: Plain;
  readonly quotes: readonly Quote[];
  readonly key: string;
}

interface Edit {
  readonly index: number;
  /** Of edits at one place: text of the block that ends there, then blocks, then deletions. */
  readonly rank: 0 | 1 | 2;
  readonly delete?: number;
  readonly insert?: readonly Insertion[];
}

interface Insertion {
  readonly insert: string | object;
  readonly attributes: Record<string, unknown>;
}

class Replacement {
  readonly #roots: PageRoots;
  readonly #random: RandomBytes;
  readonly #segments: readonly Segment[];
  readonly #present: readonly Present[];
  readonly #targets: readonly Target[];
  readonly #edits: Edit[] = [];
  readonly #quoteIds = new Map<Quote, string>();
  /** Ids in `#quoteIds` that the page had before: each is that of one quote. */
  readonly #keptQuotes = new Set<string>();
  readonly #indexes = new IdRanges<number>();
  readonly #segmentIndex = new Map<Segment, number>();
  #length = 0;

  constructor(doc: Y.Doc, blocks: readonly Block[], random: RandomBytes) {
    this.#roots = pageRoots(doc);
    this.#random = random;
    const { text, attributes } = this.#roots;
    const index = new AttributeIndex(attributes);
    this.#segments = readSegments({ text, attributes: index, formats: new FormatTable() });
    this.#targets = flatten(blocks);
    const all = arrangePage(this.#segments).blocks.map((shown): Present => {
      const block = readBlock(shown) as Plain;
      const containers = index.containers(shown.attributes.in);
      const quotes = containers.map((): Quote => ({ type: 'quote' }));
      return { shown, block, containers, read: { block, quotes, key: keyOf(block, quotes) } };
    });
    // Those that Markdown does not show stay where they are.
    this.#present = all.filter(({ block }) => toMarkdown([block]) !== '');
    const read = flatten(fromMarkdown(toMarkdown(doc)));
    if (read.length === this.#present.length)
      for (const [at, one] of this.#present.entries()) one.read = read[at]!;
    for (const [at, segment] of this.#segments.entries()) this.#segmentIndex.set(segment, at);
    this.#measure();
  }

  apply(): void {
    const pairs = this.#pairs();
    const kept = new Set(pairs.values());
    for (const [at, index] of pairs) this.#nameQuotes(this.#targets[at]!, this.#present[index]!);
    for (const [index, one] of this.#present.entries()) if (!kept.has(index)) this.#delete(one);
    let before: Present | null = null;
    let added: Target[] = [];
    for (const [at, target] of this.#targets.entries()) {
      const index = pairs.get(at);
      if (index === undefined) {
        added.push(target);
        continue;
      }
      this.#insert(added, before);
      added = [];
      before = this.#present[index]!;
      if (before.read.key !== target.key) this.#change(before, target);
      this.#place(before, target);
    }
    this.#insert(added, before);
    this.#roots.text.applyDelta(this.#delta());
  }

  #measure(): void {
    for (let item = this.#roots.text._start; item !== null; item = item.right) {
      if (item.deleted || !item.countable) continue;
      const { client, clock } = item.id;
      this.#indexes.add({ client, clock, length: item.length }, this.#length);
      this.#length += item.length;
    }
  }

  /** For each target that is there already, which block it is. */
  #pairs(): Map<number, number> {
    const places = new Map<string, number[]>();
    for (const [index, { read }] of this.#present.entries()) {
      const known = places.get(read.key);
      if (known === undefined) places.set(read.key, [index]);
      else known.push(index);
    }
    const used = new Map<string, number>();
    const same = this.#targets.flatMap(({ key }, at) => {
      const count = used.get(key) ?? 0;
      const index = places.get(key)?.[count];
      if (index === undefined) return [];
      used.set(key, count + 1);
      return [{ at, index }];
    });
    const stays = longestIncreasing(same.map(({ index }) => index));
    const pairs = new Map<number, number>();
    let [at, index] = [0, 0];
    const end = { at: this.#targets.length, index: this.#present.length };
    for (const next of [...same.filter((_, i) => stays.has(i)), end]) {
      this.#pairChanged(pairs, { at, index }, next);
      if (next !== end) pairs.set(next.at, next.index);
      [at, index] = [next.at + 1, next.index + 1];
    }
    return pairs;
  }

  /** Between two that are the same, blocks that are alike are one block that was changed. */
  #pairChanged(
    pairs: Map<number, number>,
    from: { readonly at: number; readonly index: number },
    to: { readonly at: number; readonly index: number },
  ): void {
    let { index } = from;
    for (let at = from.at; at < to.at; at++) {
      const last = Math.min(to.index, index + CANDIDATES);
      for (let candidate = index; candidate < last; candidate++) {
        if (!areAlike(this.#present[candidate]!, this.#targets[at]!)) continue;
        pairs.set(at, candidate);
        index = candidate + 1;
        break;
      }
    }
  }

  #delete({ shown }: Present): void {
    const { segment, id, content } = shown;
    if (id !== null && segment.marker !== null) this.#deleteAt(segment.marker.id, 1);
    for (const { client, clock, text } of content) this.#deleteAt({ client, clock }, text.length);
  }

  #deleteAt(
    { client, clock }: { readonly client: number; readonly clock: number },
    length: number,
  ): void {
    for (const part of this.#indexes.cut({ client, clock, length }))
      if (part.value !== null)
        this.#edits.push({ index: part.value + part.skipped, rank: 2, delete: part.length });
  }

  /** Behind a block, or at the beginning. */
  #insert(targets: readonly Target[], before: Present | null): void {
    if (targets.length === 0) return;
    const next = before === null ? 0 : (this.#segmentIndex.get(before.shown.segment) ?? 0) + 1;
    const marker = this.#segments[next]?.marker ?? null;
    const first = before === null ? 0 : this.#length;
    const index = marker === null ? first : this.#indexOf(marker.id);
    const insert = targets.flatMap(({ block, quotes }) => [
      ...writeBlocks([block], this.#quoteId(quotes), { random: this.#random, containers: [] }),
    ]);
    this.#edits.push({ index, rank: 1, insert });
  }

  #change(present: Present, { block }: Target): void {
    const { id, segment, content } = present.shown;
    if (id === null) return;
    const [was, is] = [valuesOf(present.read.block), valuesOf(block)];
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)]))
      if (JSON.stringify(was[name] ?? null) !== JSON.stringify(is[name] ?? null))
        this.#roots.attributes.set(attributeKey(id, name), is[name] ?? null);
    const before = content.flatMap(({ client, clock, text, formats }) =>
      Array.from({ length: text.length }, (_, i): Character => {
        const marks = JSON.stringify(formats.values);
        return { client, clock: clock + i, letter: text[i]!, marks };
      }),
    );
    const after = lettersOf(contentOf(block));
    const { start, end } = sameEnds(before, after);
    const place = before[start - 1] ?? (segment.marker as Y.Item).id;
    const insert = toInsertions(after.slice(start, after.length - end));
    this.#edits.push({ index: this.#indexOf(place) + 1, rank: 0, insert });
    for (const { client, clock } of before.slice(start, before.length - end))
      this.#deleteAt({ client, clock }, 1);
  }

  /** In the quotes of its target. */
  #place({ shown: { id }, containers }: Present, { quotes }: Target): void {
    const path = quotes.map((_, depth) => this.#quoteId(quotes.slice(0, depth + 1)));
    if (id === null || JSON.stringify(path) === JSON.stringify(containers)) return;
    this.#roots.attributes.set(attributeKey(id, 'in'), path.at(-1) ?? null);
  }

  #nameQuotes({ quotes }: Target, { containers }: Present): void {
    if (quotes.length !== containers.length) return;
    for (const [depth, quote] of quotes.entries()) {
      const id = containers[depth]!;
      if (this.#quoteIds.has(quote) || this.#keptQuotes.has(id)) continue;
      this.#quoteIds.set(quote, id);
      this.#keptQuotes.add(id);
    }
  }

  #quoteId(quotes: readonly Quote[]): string | null {
    const quote = quotes.at(-1);
    if (quote === undefined) return null;
    const known = this.#quoteIds.get(quote);
    if (known !== undefined) return known;
    const id = createBlockId(this.#random);
    this.#quoteIds.set(quote, id);
    const outer = this.#quoteId(quotes.slice(0, -1));
    if (outer !== null) this.#roots.attributes.set(attributeKey(id, 'in'), outer);
    return id;
  }

  #indexOf({ client, clock }: { readonly client: number; readonly clock: number }): number {
    const [part] = this.#indexes.cut({ client, clock, length: 1 });
    return (part?.value ?? 0) + (part?.skipped ?? 0);
  }

  #delta() {
    const delta: ({ retain: number } | { delete: number } | Insertion)[] = [];
    let index = 0;
    const edits = this.#edits.toSorted((a, b) => a.index - b.index || a.rank - b.rank);
    for (const edit of edits) {
      if (edit.index > index) delta.push({ retain: edit.index - index });
      index = Math.max(index, edit.index);
      for (const insertion of edit.insert ?? []) delta.push(insertion);
      if (edit.delete === undefined) continue;
      delta.push({ delete: edit.delete });
      index += edit.delete;
    }
    return delta;
  }
}

/** Blocks ahead that are compared with a changed one. */
const CANDIDATES = 4;
/** The part of the longer text that both have at their beginnings and ends. */
const LIKENESS = 0.5;

function areAlike({ shown, block, read }: Present, target: Target): boolean {
  if (shown.id === null || block.type !== target.block.type) return false;
  const [one, other] = [lettersOf(contentOf(read.block)), lettersOf(contentOf(target.block))];
  const { start, end } = sameEnds(one, other);
  return start + end >= LIKENESS * Math.max(one.length, other.length);
}

/** One UTF-16 unit, as Yjs counts. */
interface Letter {
  readonly letter: string;
  readonly marks: string;
}
interface Character extends Letter {
  readonly client: number;
  readonly clock: number;
}
interface NewLetter extends Letter {
  readonly values: Record<string, unknown>;
}

function contentOf(block: Plain): readonly Inline[] {
  return 'content' in block ? (block.content ?? []) : [];
}

function lettersOf(content: readonly Inline[]): NewLetter[] {
  return content.flatMap((node) => {
    const values = node.type === 'text' ? writeMarks(node.marks ?? []) : {};
    const marks = JSON.stringify(values);
    const text = inlineText([node]);
    return Array.from({ length: text.length }, (_, i) => ({ letter: text[i]!, marks, values }));
  });
}

function toInsertions(letters: readonly NewLetter[]): Insertion[] {
  const insertions: { insert: string; attributes: Record<string, unknown>; marks: string }[] = [];
  for (const { letter, marks, values } of letters) {
    const last = insertions.at(-1);
    if (last?.marks === marks) last.insert += letter;
    else insertions.push({ insert: letter, attributes: values, marks });
  }
  return insertions.map(({ insert, attributes }) => ({ insert, attributes }));
}

/** How long the same beginning and the same end are. Neither cuts a character in two. */
function sameEnds(
  one: readonly Letter[],
  other: readonly Letter[],
): { readonly start: number; readonly end: number } {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && isSame(one[start]!, other[start]!)) start++;
  if (start > 0 && /[\ud800-\udbff]/.test(one[start - 1]!.letter)) start--;
  let end = 0;
  while (end < most - start && isSame(one.at(-1 - end)!, other.at(-1 - end)!)) end++;
  if (end > 0 && /[\udc00-\udfff]/.test(one.at(-end)!.letter)) end--;
  return { start, end };
}

function isSame(one: Letter, other: Letter): boolean {
  return one.letter === other.letter && one.marks === other.marks;
}

function valuesOf({ attrs }: Plain): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(attrs ?? {}).filter(([name]) => name !== 'id'));
}

function flatten(blocks: readonly Block[], quotes: readonly Quote[] = []): Target[] {
  return blocks.flatMap((block) =>
    block.type === 'quote'
      ? flatten(block.content ?? [], [...quotes, block])
      : [{ block, quotes, key: keyOf(block, quotes) }],
  );
}

function keyOf(block: Plain, quotes: readonly Quote[]): string {
  const values = Object.entries(valuesOf(block)).filter(([, value]) => value != null);
  values.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([quotes.length, block.type, values, contentOf(block)]);
}
