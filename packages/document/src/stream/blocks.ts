import { holdsText } from '../nodes.ts';
import { unnamedAttributes } from './attributes.ts';
import type { ContentPart, Segment, ShownBlock, SlotPart } from './segments.ts';

export interface BlockGroup {
  /** The slot that shows the group; null for a group at its own first segment. */
  readonly slot: SlotPart | null;
  readonly segment: number;
  readonly start: number;
  readonly end: number;
}

export interface ArrangedPage {
  readonly blocks: readonly ShownBlock[];
  readonly groups: readonly BlockGroup[];
}

/**
 * Arranges the blocks of a page in the order in which they are shown (RD2, RD4 to RD7). Linear in
 * the segments.
 */
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
    const [segment] = segments as readonly [Segment];
    blocks.push({ segment, id: null, attributes: segment.attributes, content: [] });
    groups.push({ slot: null, segment: 0, start: 0, end: 1 });
  }
  return { blocks, groups };
}

interface Run {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly slot: SlotPart;
  readonly segment: number;
  readonly runs: Run[];
}

class Arrangement {
  readonly #segments: readonly Segment[];
  readonly #places = new Map<string, Place>();
  readonly #placesOfPart = new Map<SlotPart, Place>();
  readonly #stops = new Set<number>();
  readonly #runs: Run[] = [];
  readonly #home = new Map<number, Run>();

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    this.#findPlaces();
    const away = this.#findRuns();
    this.#breakCircles(away);
  }

  /** Yields the runs that are shown as blocks, in the order of their places (RD5). */
  *order(): Generator<{ run: Run; slot: SlotPart | null; segment: number }> {
    for (const segment of [...this.#stops].sort((a, b) => a - b)) {
      const home = this.#home.get(segment);
      if (home) yield { run: home, slot: null, segment };
      for (const slot of this.#segments[segment]!.slots) {
        if (slot.slot.kind !== 'place') continue;
        for (const run of this.#placesOfPart.get(slot)?.runs ?? []) yield { run, slot, segment };
      }
    }
  }

  /**
   * Adds the blocks of a run, each followed by the rest of the runs that are joined to it (RD6).
   */
  show(run: Run, blocks: ShownBlock[]): void {
    const open: { index: number; end: number }[] = [{ index: run.start, end: run.end }];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      if (top.index === top.end) {
        open.pop();
        continue;
      }
      const segment = this.#segments[top.index++]!;
      if (segment.slots.every(({ slot }) => slot.kind === 'place')) {
        addBlocks(segment, blocks);
        continue;
      }
      const { content, joined } = this.#contentOf(segment);
      addBlocks(segment, blocks, content);
      for (const { start, end } of joined.toReversed()) open.push({ index: start + 1, end });
    }
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
        // One by one, because there may be more runs than a call accepts arguments.
        for (const run of runs) joined.push(run);
        for (const { start } of runs.toReversed())
          open.push({ segment: this.#segments[start]!, index: 0 });
      }
    }
    return { content, joined };
  }

  #findPlaces(): void {
    for (const [index, { slots }] of this.#segments.entries()) {
      if (slots.length > 0) this.#stops.add(index);
      for (const slot of slots) {
        if (this.#places.has(slot.slot.id)) continue;
        const place = { slot, segment: index, runs: [] };
        this.#places.set(slot.slot.id, place);
        this.#placesOfPart.set(slot, place);
      }
    }
  }

  #findRuns(): Map<Run, Place> {
    const segments = this.#segments;
    const away = new Map<Run, Place>();
    let start = 0;
    for (let end = 1; end <= segments.length; end++) {
      if (end < segments.length && end > 1 && !this.#isPlaced(segments[end]!)) continue;
      const run = { id: segments[start]!.id ?? '', start, end };
      this.#runs.push(run);
      const place = this.#placeOf(segments[start]!);
      if (place === undefined) this.#keepHome(run);
      else away.set(run, place);
      start = end;
    }
    return away;
  }

  /** Joined runs can form a circle; the run with the smallest id stays at its own place (RD7). */
  #breakCircles(away: Map<Run, Place>): void {
    const settled = new Set<Run>();
    for (const first of away.keys()) {
      const path: Run[] = [];
      let run: Run | undefined = first;
      while (run && !settled.has(run)) {
        settled.add(run);
        path.push(run);
        const place = away.get(run);
        run = place?.slot.slot.kind === 'join' ? this.#runOf(place.segment) : undefined;
      }
      const back = run ? path.indexOf(run) : -1;
      if (back === -1) continue;
      const smallest = path.slice(back).reduce((a, b) => (b.id < a.id ? b : a));
      away.delete(smallest);
      this.#keepHome(smallest);
    }
    for (const [run, place] of away) place.runs.push(run);
  }

  #keepHome(run: Run): void {
    this.#home.set(run.start, run);
    this.#stops.add(run.start);
  }

  #runOf(segment: number): Run {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#runs[middle]!.start <= segment) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low]!;
  }

  #isPlaced(segment: Segment): boolean {
    return segment.attributes.free || this.#placeOf(segment) !== undefined;
  }

  #placeOf({ attributes: { at } }: Segment): Place | undefined {
    return at === null ? undefined : this.#places.get(at);
  }
}

function addBlocks(
  segment: Segment,
  blocks: ShownBlock[],
  content: readonly ContentPart[] = segment.block.content,
): void {
  const { id, attributes, marker, block } = segment;
  const isTextItsOwn = marker !== null && holdsText(attributes.type);
  const shown = isTextItsOwn ? content : NO_CONTENT;
  if (marker !== null)
    blocks.push(isSame(shown, block.content) ? block : { segment, id, attributes, content: shown });
  if (!isTextItsOwn && content.length > 0)
    blocks.push({ segment, id: null, attributes: unnamedAttributes(attributes), content });
}

const NO_CONTENT: readonly ContentPart[] = [];

function isSame(a: readonly ContentPart[], b: readonly ContentPart[]): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}
