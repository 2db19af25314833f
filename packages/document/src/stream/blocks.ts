import type { BlockAttributes } from './attributes.ts';
import type { Segment, SlotPart, TextPart } from './segments.ts';

/** A block as it is shown: a segment's own, with the text of those that are joined to it (RD6). */
export interface ShownBlock {
  readonly segment: Segment;
  /** An unnamed block has no id: text before the first marker, or behind a divider (RD2). */
  readonly id: string | null;
  readonly attributes: BlockAttributes;
  readonly content: readonly ContentPart[];
}

/** Characters of a block, with the segment that they stand in. */
export interface ContentPart extends TextPart {
  readonly segment: Segment;
}

/** Blocks that are shown at one place of the stream, one behind the other. */
export interface BlockGroup {
  /** Where the group is: a slot, or its own first segment. */
  readonly slot: SlotPart | null;
  /** The index of the segment that the place is in. */
  readonly segment: number;
  /** Indexes of blocks. */
  readonly start: number;
  readonly end: number;
}

export interface ArrangedPage {
  readonly blocks: readonly ShownBlock[];
  readonly groups: readonly BlockGroup[];
}

/** The blocks of a page in the order in which they are shown (RD2, RD4 to RD7). Costs time linear in the segments. */
export function arrangeBlocks(segments: readonly Segment[]): ShownBlock[] {
  return segments.every(({ slots }) => slots.length === 0)
    ? arrangeInPlace(segments)
    : [...arrangePage(segments).blocks];
}

/** The blocks of a page that has no slots. */
function arrangeInPlace(segments: readonly Segment[]): ShownBlock[] {
  const blocks: ShownBlock[] = [];
  for (const segment of segments) addBlocks(segment, blocks);
  if (blocks.length === 0) blocks.push(emptyBlock(segments[0]!));
  return blocks;
}

/** The only block of a page that has none (RD2). */
function emptyBlock(segment: Segment): ShownBlock {
  return { segment, id: null, attributes: segment.attributes, content: [] };
}

/** The same, with the places that the blocks are shown at. */
export function arrangePage(segments: readonly Segment[]): ArrangedPage {
  const blocks: ShownBlock[] = [];
  const groups: BlockGroup[] = [];
  const arrangement = new Arrangement(segments);
  for (const { run, slot, segment } of arrangement.order()) {
    const start = blocks.length;
    arrangement.show(run, blocks);
    if (blocks.length > start) groups.push({ slot, segment, start, end: blocks.length });
  }
  if (blocks.length === 0) {
    blocks.push(emptyBlock(segments[0]!));
    groups.push({ slot: null, segment: 0, start: 0, end: 1 });
  }
  return { blocks, groups };
}

/** Segments `start` to `end`, shown together. */
interface Run {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly slot: SlotPart;
  /** Of the segment that the slot stands in. */
  readonly segment: number;
  readonly runs: Run[];
}

class Arrangement {
  readonly #segments: readonly Segment[];
  readonly #places = new Map<string, Place>();
  /** By the slot's part, for the slots that count. */
  readonly #placesOfPart = new Map<SlotPart, Place>();
  readonly #runOfSegment: Run[] = [];
  readonly #home = new Map<number, Run>();

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    this.#findPlaces();
    const away = this.#findRuns();
    this.#breakCircles(away);
  }

  /** The runs that are shown as blocks, in the order of their places (RD5). */
  *order(): Generator<{ run: Run; slot: SlotPart | null; segment: number }> {
    for (const [segment, { slots }] of this.#segments.entries()) {
      const home = this.#home.get(segment);
      if (home) yield { run: home, slot: null, segment };
      for (const slot of slots) {
        if (slot.slot.kind !== 'place') continue;
        for (const run of this.#placesOfPart.get(slot)?.runs ?? []) yield { run, slot, segment };
      }
    }
  }

  /** Adds the blocks of a run, each followed by the rest of the runs that are joined to it (RD6). */
  show(run: Run, blocks: ShownBlock[]): void {
    const open: { index: number; end: number }[] = [{ index: run.start, end: run.end }];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      if (top.index === top.end) {
        open.pop();
        continue;
      }
      const joined = this.#showSegment(this.#segments[top.index++]!, blocks);
      for (const { start, end } of joined.toReversed()) open.push({ index: start + 1, end });
    }
  }

  /** Adds the blocks of a segment. Returns the runs that are joined to it. */
  #showSegment(segment: Segment, blocks: ShownBlock[]): Run[] {
    if (segment.slots.length === 0) {
      addBlocks(segment, blocks);
      return [];
    }
    const { content, joined } = this.#contentOf(segment);
    addBlocks(segment, blocks, content);
    return joined;
  }

  #contentOf(segment: Segment): { content: ContentPart[]; joined: Run[] } {
    const content: ContentPart[] = [];
    const joined: Run[] = [];
    const open: { segment: Segment; index: number }[] = [{ segment, index: 0 }];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const part = top.segment.parts[top.index++];
      if (part === undefined) open.pop();
      else if (part.kind === 'text') content.push({ ...part, segment: top.segment });
      else if (part.slot.kind === 'join') {
        const runs = this.#placesOfPart.get(part)?.runs ?? [];
        // One by one: there may be more than a call takes arguments.
        for (const run of runs) joined.push(run);
        for (const { start } of runs.toReversed())
          open.push({ segment: this.#segments[start]!, index: 0 });
      }
    }
    return { content, joined };
  }

  #findPlaces(): void {
    for (const [index, { slots }] of this.#segments.entries()) {
      for (const slot of slots) {
        if (this.#places.has(slot.slot.id)) continue;
        const place = { slot, segment: index, runs: [] };
        this.#places.set(slot.slot.id, place);
        this.#placesOfPart.set(slot, place);
      }
    }
  }

  /** Cuts the segments into runs (RD4). Returns those that are shown elsewhere. */
  #findRuns(): Map<Run, Place> {
    const segments = this.#segments;
    const away = new Map<Run, Place>();
    let start = 0;
    for (let end = 1; end <= segments.length; end++) {
      if (end < segments.length && end > 1 && !this.#isPlaced(segments[end]!)) continue;
      const run = { id: segments[start]!.id ?? '', start, end };
      for (let i = start; i < end; i++) this.#runOfSegment.push(run);
      const place = this.#placeOf(segments[start]!);
      if (place === undefined) this.#home.set(start, run);
      else away.set(run, place);
      start = end;
    }
    return away;
  }

  /** Joined runs of a circle lead back to themselves; the one with the smallest id stays at home (RD7). */
  #breakCircles(away: Map<Run, Place>): void {
    const settled = new Set<Run>();
    for (const first of away.keys()) {
      const path: Run[] = [];
      let run: Run | undefined = first;
      while (run && !settled.has(run)) {
        settled.add(run);
        path.push(run);
        const place = away.get(run);
        run = place?.slot.slot.kind === 'join' ? this.#runOfSegment[place.segment] : undefined;
      }
      const back = run ? path.indexOf(run) : -1;
      if (back === -1) continue;
      const smallest = path.slice(back).reduce((a, b) => (b.id < a.id ? b : a));
      away.delete(smallest);
      this.#home.set(smallest.start, smallest);
    }
    for (const [run, place] of away) place.runs.push(run);
  }

  #isPlaced(segment: Segment): boolean {
    return segment.attributes.free || this.#placeOf(segment) !== undefined;
  }

  #placeOf({ attributes: { at } }: Segment): Place | undefined {
    return at === null ? undefined : this.#places.get(at);
  }
}

const plainBlocks = new WeakMap<Segment, ShownBlock>();

/** Adds the block of a segment, and an unnamed one for text that is not its own (RD2). */
function addBlocks(segment: Segment, blocks: ShownBlock[], content?: readonly ContentPart[]): void {
  const { id, attributes, marker, parts } = segment;
  const isTextItsOwn = marker !== null && attributes.type !== 'divider';
  if (content === undefined && (isTextItsOwn || parts.length === 0)) {
    if (marker !== null) blocks.push(plainBlock(segment));
    return;
  }
  const text = content ?? ownContent(segment);
  if (marker !== null) blocks.push({ segment, id, attributes, content: isTextItsOwn ? text : [] });
  if (!isTextItsOwn && text.length > 0)
    blocks.push({ segment, id: null, attributes: unnamed(attributes), content: text });
}

/** The block of a segment that is nothing but one block; the same object for the same segment. */
function plainBlock(segment: Segment): ShownBlock {
  let block = plainBlocks.get(segment);
  if (!block) {
    const { id, attributes } = segment;
    plainBlocks.set(segment, (block = { segment, id, attributes, content: ownContent(segment) }));
  }
  return block;
}

function ownContent(segment: Segment): ContentPart[] {
  return segment.parts.flatMap((part) => (part.kind === 'text' ? [{ ...part, segment }] : []));
}

/** An unnamed block is plain text in the containers of what stands before it. */
function unnamed({ in: container }: BlockAttributes): BlockAttributes {
  return {
    type: null,
    kind: null,
    list: null,
    indent: null,
    checked: null,
    language: null,
    in: container,
    at: null,
    free: false,
  };
}
