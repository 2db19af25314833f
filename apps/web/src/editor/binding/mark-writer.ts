import * as Y from 'yjs';

import type { ShownPage } from './shown-page.ts';
import { type FormatValues, isSame, StreamCursor } from './stream-cursor.ts';
import { type CharacterRun, type Characters, firstItem, lastItem } from './stream-items.ts';

interface MarkedRange {
  readonly first: CharacterRun;
  last: Characters;
  readonly change: FormatValues;
  /** Of the segment in which the range ends so far. */
  marker: Y.Item | null;
}

/** Writes changes of marks as ranges of the stream, each as long as it can be: over markers and line breaks (WR9). */
export class MarkWriter {
  readonly #page: ShownPage;
  readonly #ranges: MarkedRange[] = [];
  #open: MarkedRange | null = null;

  constructor(page: ShownPage) {
    this.#page = page;
  }

  /** Notes a change of the characters behind those noted last. */
  add(run: CharacterRun, change: FormatValues): void {
    const { marker } = run.segment;
    if (this.#open && isSame(this.#open.change, change) && this.#open.marker === marker) {
      this.#open.last = run;
      return;
    }
    this.#open = { first: run, last: run, change, marker };
    this.#ranges.push(this.#open);
  }

  /** Goes over the beginning of a block; a range ends where the block's text stands elsewhere in the stream. */
  passMarker(marker: Y.Item | null): void {
    if (this.#open && this.#page.isNext(this.#open.marker, marker)) this.#open.marker = marker;
    else this.end();
  }

  /** Ends the range: what comes next has marks of its own. */
  end(): void {
    this.#open = null;
  }

  write(transaction: Y.Transaction): void {
    for (const { first, last, change } of this.#ranges) {
      const { marker, formats } = first.segment;
      const cursor = new StreamCursor(transaction, this.#page.roots.text, marker, formats.values);
      // From before the formats that begin at the range: those that it makes void go.
      cursor.moveTo(firstFormat(firstItem(transaction, first)));
      cursor.format(change, lastItem(transaction, last));
    }
  }
}

/** The first of the formats that stand right before an item; the item itself where there is none. */
function firstFormat(item: Y.Item): Y.Item {
  let first = item;
  for (let left = item.left; left !== null; left = left.left) {
    if (left.deleted) continue;
    if (!(left.content instanceof Y.ContentFormat)) break;
    first = left;
  }
  return first;
}
