import type * as Y from 'yjs';
import type { Mark } from '../blocks.ts';
import { attributeNames, type BlockName, blockOfType } from '../nodes.ts';
import { readMarks } from '../page.ts';
import { AttributeIndex } from '../stream/attributes.ts';
import { arrangePage } from '../stream/blocks.ts';
import { type Formats, FormatTable } from '../stream/formats.ts';
import { type PageRoots, pageRoots } from '../stream/roots.ts';
import { readSegments, type TextPart } from '../stream/segments.ts';
import { type IdRange, IdRanges } from './id-ranges.ts';
import { longestIncreasing } from './increasing-run.ts';
import { isItself, matchStreams, nowRange, thenRange } from './matching.ts';
import { NotedOrigins } from './noted-origins.ts';
import { readStream } from './stream-reading.ts';

/**
 * The difference between two moments of a page, as a person would describe it (HY10). Nothing is guessed from equal
 * text: a character keeps its id for life, also where its block is moved, split or joined, and copies that undo or a
 * restore brought back count as the original where they read as it did (HI5).
 */
export interface DifferenceBlock {
  /** Null for an unnamed block. */
  readonly id: string | null;
  readonly kind: 'kept' | 'added' | 'deleted' | 'split';
  readonly isMoved: boolean;
  readonly type: BlockName;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Around the block, outermost first. */
  readonly containers: readonly string[];
  readonly changes: readonly AttributeChange[];
  readonly runs: readonly DifferenceRun[];
}

export interface AttributeChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface DifferenceRun {
  /** `joined`: the boundary of a block that was joined stood here. */
  readonly kind: 'kept' | 'inserted' | 'deleted' | 'joined';
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Null where the marks are as they were. */
  readonly marksBefore: readonly Mark[] | null;
  /** The Yjs client that wrote it first, as far as the two moments show that (HI5). */
  readonly author: number;
  /** Of its first character. */
  readonly id: { readonly client: number; readonly clock: number };
}

/** @param before null shows the page as it is, without a difference. */
export function differenceBetween(before: Y.Doc | null, after: Y.Doc): DifferenceBlock[] {
  const later = pageRoots(after);
  if (before === null)
    return new Difference(null, readText(later, { moments: [later], same: NOTHING })).blocks();
  const earlier = pageRoots(before);
  const moments = [earlier, later];
  return new Difference(
    readText(earlier, { moments, same: NOTHING }),
    readText(later, { moments, same: sameCharacters(earlier, later) }),
  ).blocks();
}

/** For each copy in the later moment what it was in the earlier one. */
function sameCharacters(earlier: PageRoots, later: PageRoots): IdRanges<IdRange> {
  const moments = [earlier, later];
  const same = new IdRanges<IdRange>();
  for (const match of matchStreams(readStream(earlier, moments), readStream(later, moments))) {
    const now = nowRange(match);
    if (now !== null && !isItself(match)) same.add(now, thenRange(match));
  }
  return same;
}

interface Piece {
  readonly id: IdRange;
  /** What tells that it is the same in both moments. */
  readonly key: IdRange;
  readonly author: number;
  readonly text: string;
  readonly formats: Formats;
}

interface TextBlock {
  readonly id: string | null;
  readonly type: BlockName;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly containers: readonly string[];
  readonly pieces: readonly Piece[];
}

interface PageText {
  readonly blocks: readonly TextBlock[];
  readonly formats: IdRanges<Formats>;
}

interface Reading {
  /** Where the originals of copies are looked up. */
  readonly moments: readonly PageRoots[];
  readonly same: IdRanges<IdRange>;
}

const FORMATS = new FormatTable();
const NOTHING = new IdRanges<never>();

function readText({ text, attributes, restored }: PageRoots, reading: Reading): PageText {
  const index = new AttributeIndex(attributes);
  const origins = new NotedOrigins(restored, reading.moments);
  const formats = new IdRanges<Formats>();
  const segments = readSegments({ text, attributes: index, formats: FORMATS });
  const blocks = arrangePage(segments).blocks.map(
    ({ id, attributes: values, content }): TextBlock => {
      const pieces = content.flatMap((part) => piecesOf(part, origins, reading.same));
      for (const { key, formats: set } of pieces) formats.add(key, set);
      const type = blockOfType(values.type);
      const shown = attributeNames(type).map((name) => [name, values[name]] as const);
      return {
        id,
        type,
        attributes: Object.fromEntries(shown),
        containers: index.containers(values.in),
        pieces,
      };
    },
  );
  return { blocks, formats };
}

function piecesOf(
  { client, clock: first, text, formats }: TextPart,
  origins: NotedOrigins,
  same: IdRanges<IdRange>,
): Piece[] {
  const pieces: Piece[] = [];
  const whole = { client, clock: first, length: text.length };
  for (const { skipped: start, origin, author } of origins.of(whole, text)) {
    const part = { client, clock: first + start, length: origin.length };
    for (const { clock, length, value, skipped } of same.cut(part)) {
      const id = { client, clock, length };
      const key = value === null ? id : { ...value, clock: value.clock + skipped, length };
      const from = clock - first;
      pieces.push({ id, key, author, text: text.slice(from, from + length), formats });
    }
  }
  return pieces;
}

const NO_CHANGES: readonly AttributeChange[] = [];

class Difference {
  readonly #before: PageText | null;
  readonly #after: PageText;
  readonly #indexBefore = new Map<string | null, number>();
  readonly #idsAfter = new Set<string | null>();
  readonly #behind = new IdRanges<DifferenceRun[]>();
  readonly #ahead = new IdRanges<DifferenceRun[]>();
  readonly #atStart = new Map<string | null, DifferenceRun[]>();
  /** Blocks that are gone, by the block before them; `FIRST` for those at the beginning. */
  readonly #deleted = new Map<string | null | typeof FIRST, DifferenceBlock[]>();

  constructor(before: PageText | null, after: PageText) {
    this.#before = before;
    this.#after = after;
    for (const { id } of after.blocks) this.#idsAfter.add(id);
    if (before === null) return;
    for (const [index, { id }] of before.blocks.entries()) this.#indexBefore.set(id, index);
    this.#placeDeleted(before);
  }

  blocks(): DifferenceBlock[] {
    const known = this.#after.blocks.flatMap(({ id }) => this.#indexBefore.get(id) ?? []);
    const stays = longestIncreasing(known);
    const moved = new Set(known.filter((_, i) => !stays.has(i)));
    return [
      ...(this.#deleted.get(FIRST) ?? []),
      ...this.#after.blocks.flatMap((block) => {
        const index = this.#indexBefore.get(block.id);
        const isMoved = index !== undefined && moved.has(index);
        return [{ ...this.#block(block), isMoved }, ...(this.#deleted.get(block.id) ?? [])];
      }),
    ];
  }

  #block(block: TextBlock): Omit<DifferenceBlock, 'isMoved'> {
    const { id, type, attributes, containers } = block;
    const runs: DifferenceRun[] = [];
    for (const run of this.#atStart.get(id) ?? []) addRun(runs, run);
    for (const piece of block.pieces) this.#addPiece(runs, piece);
    const shown = { id, type, attributes, containers, runs: withoutRetyped(runs) };
    if (this.#before === null) return { ...shown, kind: 'kept', changes: NO_CHANGES };
    const index = this.#indexBefore.get(id);
    if (index === undefined) {
      const kind = runs.some((run) => run.kind === 'kept') ? 'split' : 'added';
      return { ...shown, kind, changes: NO_CHANGES };
    }
    return { ...shown, kind: 'kept', changes: changesOf(this.#before.blocks[index]!, block) };
  }

  #addPiece(runs: DifferenceRun[], piece: Piece): void {
    if (this.#before === null) return addRun(runs, toRun(piece, 'kept', null));
    for (const part of this.#before.formats.cut(piece.key)) {
      const cut = cutPiece(piece, part.clock, part.length);
      if (part.value === null) {
        addRun(runs, toRun(cut, 'inserted', null));
        continue;
      }
      for (const { clock, length, value: ahead } of this.#ahead.cut(cut.key)) {
        for (const run of ahead ?? []) addRun(runs, run);
        const inner = cutPiece(cut, clock, length);
        for (const last of this.#behind.cut(inner.key)) {
          addRun(runs, toRun(cutPiece(inner, last.clock, last.length), 'kept', part.value));
          for (const run of last.value ?? []) addRun(runs, run);
        }
      }
    }
  }

  /** Finds for each deleted character the one before it in its block that is still there. */
  #placeDeleted({ blocks }: PageText): void {
    let previous: string | null | typeof FIRST = FIRST;
    for (const block of blocks) {
      const isThere = this.#idsAfter.has(block.id);
      const runs: DifferenceRun[] = [];
      let open: DifferenceRun[] = runs;
      let first: IdRange | null = null;
      for (const piece of block.pieces) {
        for (const { clock, length, value } of this.#after.formats.cut(piece.key)) {
          const cut = cutPiece(piece, clock, length);
          if (value === null) {
            addRun(open, toRun(cut, 'deleted', null));
            continue;
          }
          first ??= cut.key;
          open = [];
          const { client } = cut.key;
          this.#behind.add({ client, clock: clock + length - 1, length: 1 }, open);
        }
      }
      if (isThere) {
        previous = block.id;
        this.#atStart.set(block.id, runs);
      } else if (first !== null) {
        const { client, clock } = first;
        this.#ahead.add({ client, clock, length: 1 }, [...runs, BOUNDARY]);
      } else if (block.id !== null || runs.length > 0) {
        const { id, type, attributes, containers } = block;
        const gone = { id, type, attributes, containers, kind: 'deleted', isMoved: false } as const;
        const others = this.#deleted.get(previous);
        const found: DifferenceBlock = { ...gone, changes: NO_CHANGES, runs };
        if (others === undefined) this.#deleted.set(previous, [found]);
        else others.push(found);
      }
    }
  }
}

const FIRST = Symbol('first');

const BOUNDARY: DifferenceRun = {
  kind: 'joined',
  text: '',
  marks: [],
  marksBefore: null,
  author: 0,
  id: { client: 0, clock: 0 },
};

function cutPiece({ id, key, text, ...rest }: Piece, clock: number, length: number): Piece {
  const skipped = clock - key.clock;
  return {
    ...rest,
    id: { client: id.client, clock: id.clock + skipped, length },
    key: { client: key.client, clock, length },
    text: text.slice(skipped, skipped + length),
  };
}

function toRun(
  { id, author, text, formats }: Piece,
  kind: DifferenceRun['kind'],
  before: Formats | null,
): DifferenceRun {
  const marks = readMarks(formats);
  const earlier = before === null || before === formats ? null : readMarks(before);
  const marksBefore = JSON.stringify(earlier) === JSON.stringify(marks) ? null : earlier;
  const { client, clock } = id;
  return { kind, text, marks, marksBefore, author, id: { client, clock } };
}

function addRun(runs: DifferenceRun[], run: DifferenceRun): void {
  const last = runs.at(-1);
  const continues =
    last !== undefined &&
    last.kind === run.kind &&
    last.kind !== 'joined' &&
    last.author === run.author &&
    last.id.client === run.id.client &&
    last.id.clock + last.text.length === run.id.clock &&
    sameMarks(last, run);
  if (continues) runs[runs.length - 1] = { ...last, text: last.text + run.text };
  else runs.push(run);
}

function sameMarks(one: DifferenceRun, other: DifferenceRun): boolean {
  return (
    JSON.stringify([one.marks, one.marksBefore]) ===
    JSON.stringify([other.marks, other.marksBefore])
  );
}

/** Words that were cut and pasted at their place, or typed again, are no change. */
function withoutRetyped(runs: readonly DifferenceRun[]): DifferenceRun[] {
  const shown: DifferenceRun[] = [];
  for (const run of runs) {
    const last = shown.at(-1);
    if (run.kind === 'inserted' && last?.kind === 'deleted' && last.text === run.text) {
      const isSame = JSON.stringify(last.marks) === JSON.stringify(run.marks);
      shown[shown.length - 1] = { ...run, kind: 'kept', marksBefore: isSame ? null : last.marks };
    } else shown.push(run);
  }
  return shown;
}

function changesOf(before: TextBlock, after: TextBlock): readonly AttributeChange[] {
  const values = ({ type, attributes, containers }: TextBlock): Record<string, unknown> => ({
    type,
    ...attributes,
    containers,
  });
  const [earlier, later] = [values(before), values(after)];
  const changes = [...new Set([...Object.keys(earlier), ...Object.keys(later)])].flatMap((name) => {
    const change = { name, before: earlier[name] ?? null, after: later[name] ?? null };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
  return changes.length === 0 ? NO_CHANGES : changes;
}
