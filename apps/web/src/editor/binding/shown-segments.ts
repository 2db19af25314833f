import type { Segment, SlotPart } from '@tandem/document/stream';
import type * as Y from 'yjs';

import { equalEnds } from './list-difference.ts';

interface Place {
  index: number;
}

export class ShownSegments {
  #all: Segment[] = [];
  #places: Place[] = [];
  readonly #byMarker = new Map<Y.Item | null, Place>();
  readonly #slots = new Map<string, SlotPart>();

  get all(): readonly Segment[] {
    return this.#all;
  }

  indexOf(marker: Y.Item | null): number | undefined {
    return this.#byMarker.get(marker)?.index;
  }

  slot(id: string): SlotPart | undefined {
    return this.#slots.get(id);
  }

  /** Costs almost nothing for equal segments at both ends. */
  set(segments: readonly Segment[]): void {
    const { head, tail } = equalEnds(this.#all, segments);
    const end = this.#all.length - tail;
    for (const { marker } of this.#all.slice(head, end)) this.#byMarker.delete(marker);
    const come = segments.slice(head, segments.length - tail);
    const places = come.map(({ marker }) => {
      const place = { index: 0 };
      this.#byMarker.set(marker, place);
      return place;
    });
    this.#all = [...segments];
    this.#places = [...this.#places.slice(0, head), ...places, ...this.#places.slice(end)];
    for (let index = head; index < this.#places.length; index++) this.#places[index]!.index = index;
    this.#findSlots();
  }

  replace(index: number, segment: Segment): void {
    this.#all[index] = segment;
  }

  #findSlots(): void {
    this.#slots.clear();
    for (const { slots } of this.#all)
      for (const part of slots)
        if (!this.#slots.has(part.slot.id)) this.#slots.set(part.slot.id, part);
  }
}
