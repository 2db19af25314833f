import * as Y from 'yjs';
import { isBlockId } from '../nodes.ts';
import { type AttributeIndex, type BlockAttributes } from './attributes.ts';
import { derivedId, type MarkerFields, markerOf, type Slot, slotOf } from './embeds.ts';
import { type Formats, type FormatTable } from './formats.ts';

/** A piece of a segment: characters of one client with one set of formats, or a slot. */
export type Part = TextPart | SlotPart;

export interface TextPart {
  readonly kind: 'text';
  readonly client: number;
  /** The clock of the first character; the others follow without a gap. */
  readonly clock: number;
  readonly text: string;
  readonly formats: Formats;
}

export interface SlotPart {
  readonly kind: 'slot';
  readonly item: Y.Item;
  readonly slot: Slot;
}

export interface Segment {
  /** Null before the first marker. */
  readonly marker: Y.Item | null;
  readonly id: string | null;
  readonly fields: MarkerFields | null;
  readonly attributes: BlockAttributes;
  readonly formats: Formats;
  readonly parts: readonly Part[];
  readonly slots: readonly SlotPart[];
  readonly block: ShownBlock;
}

/** A block as displayed: a segment's own, with the text of those joined to it (RD6). */
export interface ShownBlock {
  readonly segment: Segment;
  /** Null for an unnamed block: text before the first marker or after a divider (RD2). */
  readonly id: string | null;
  readonly attributes: BlockAttributes;
  readonly content: readonly ContentPart[];
}

export interface ContentPart extends TextPart {
  readonly segment: Segment;
}

export interface SegmentSource {
  readonly text: Y.Text;
  readonly attributes: AttributeIndex;
  readonly formats: FormatTable;
}

export interface EarlierReading {
  readonly segments: readonly Segment[];
  readonly indexOf: (marker: Y.Item | null) => number | undefined;
  readonly isChanged: (segment: Segment) => boolean;
}

/** Yields the segments in stream order; the first one has no marker. Linear in the stream. */
export function* iterateSegments(source: SegmentSource): Generator<Segment> {
  const taken = new Set<string>();
  let formats = source.formats.none;
  let next: Y.Item | null = source.text._start;
  let marker: Y.Item | null = null;
  do {
    const segment = new SegmentReader(source, marker, {
      formats,
      id: marker && idOf(marker, taken),
    });
    next = segment.read(next);
    formats = segment.formatsAfter;
    yield segment.result();
    marker = next;
    next = next?.right ?? null;
  } while (marker !== null);
}

/**
 * Reads all segments at once, and reuses the object of each one that is unchanged since `earlier`.
 */
export function readSegments(source: SegmentSource, earlier?: EarlierReading): Segment[] {
  if (earlier === undefined) return [...iterateSegments(source)];
  const segments: Segment[] = [];
  const taken = new Set<string>();
  let { none: formats } = source.formats;
  let marker: Y.Item | null = null;
  let next = 0;
  do {
    // Usually the segment that followed before.
    const index = earlier.segments[next]?.marker === marker ? next : earlier.indexOf(marker);
    const known = index === undefined ? undefined : earlier.segments[index];
    if (index !== undefined) next = index + 1;
    const id = known && keepsId(known, taken) ? known.id : marker && idOf(marker, taken);
    if (known && known.id === id && known.formats === formats && !earlier.isChanged(known)) {
      segments.push(known);
      // An added or removed marker would have changed the segment.
      const following = earlier.segments[next];
      marker = following?.marker ?? null;
      formats = following?.formats ?? formats;
    } else {
      const segment = new SegmentReader(source, marker, { formats, id });
      marker = segment.read(marker === null ? source.text._start : marker.right);
      formats = segment.formatsAfter;
      segments.push(segment.result());
    }
  } while (marker !== null);
  return segments;
}

/**
 * Reads a segment again. Its marker and id must be unchanged. Also returns the formats after it.
 */
export function rereadSegment(
  source: SegmentSource,
  { marker, id, formats }: Segment,
): { readonly segment: Segment; readonly formatsAfter: Formats } {
  const reader = new SegmentReader(source, marker, { formats, id });
  reader.read(marker === null ? source.text._start : marker.right);
  return { segment: reader.result(), formatsAfter: reader.formatsAfter };
}

const NO_SLOTS: readonly SlotPart[] = [];

function withBlock(read: Omit<Segment, 'block'>): Segment {
  const segment = read as { -readonly [name in keyof Segment]: Segment[name] };
  const content: ContentPart[] = [];
  for (const part of read.parts) if (part.kind === 'text') content.push({ ...part, segment });
  segment.block = { segment, id: read.id, attributes: read.attributes, content };
  return segment;
}

class SegmentReader {
  formatsAfter: Formats;
  readonly #source: SegmentSource;
  readonly #marker: Y.Item | null;
  readonly #formats: Formats;
  readonly #id: string | null;
  readonly #parts: Part[] = [];
  readonly #slots: SlotPart[] = [];

  constructor(
    source: SegmentSource,
    marker: Y.Item | null,
    { formats, id }: { readonly formats: Formats; readonly id: string | null },
  ) {
    this.#source = source;
    this.#marker = marker;
    this.#formats = formats;
    this.formatsAfter = formats;
    this.#id = id;
  }

  read(start: Y.Item | null): Y.Item | null {
    for (let item = start; item !== null; item = item.right) {
      if (item.deleted) continue;
      const { content } = item;
      if (content instanceof Y.ContentString) {
        this.#readText(item, content.str);
      } else if (content instanceof Y.ContentFormat) {
        this.formatsAfter = this.#source.formats.with(
          this.formatsAfter,
          content.key,
          content.value,
        );
      } else if (content instanceof Y.ContentEmbed) {
        if (markerOf(item) !== null) return item;
        this.#readSlot(item);
      }
    }
    return null;
  }

  result(): Segment {
    const fields = this.#marker && markerOf(this.#marker);
    return withBlock({
      marker: this.#marker,
      id: this.#id,
      fields,
      attributes: this.#source.attributes.read(this.#id ?? '', fields),
      formats: this.#formats,
      parts: this.#parts,
      slots: this.#slots.length === 0 ? NO_SLOTS : this.#slots,
    });
  }

  #readText({ id: { client, clock } }: Y.Item, text: string): void {
    const last = this.#parts.at(-1);
    if (
      last?.kind === 'text' &&
      last.formats === this.formatsAfter &&
      last.client === client &&
      last.clock + last.text.length === clock
    )
      this.#parts[this.#parts.length - 1] = { ...last, text: last.text + text };
    else this.#parts.push({ kind: 'text', client, clock, text, formats: this.formatsAfter });
  }

  #readSlot(item: Y.Item): void {
    const slot = slotOf(item);
    if (slot === null) return;
    const part: SlotPart = { kind: 'slot', item, slot };
    this.#parts.push(part);
    this.#slots.push(part);
  }
}

function keepsId({ id, fields }: Segment, taken: Set<string>): boolean {
  if (id === null || fields?.id !== id || taken.has(id)) return false;
  taken.add(id);
  return true;
}

function idOf(marker: Y.Item, taken: Set<string>): string {
  const id = markerOf(marker)!.id as unknown;
  const used = isBlockId(id) && !taken.has(id) ? id : derivedId(marker.id);
  taken.add(used);
  return used;
}
