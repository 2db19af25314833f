import * as Y from 'yjs';

import type { ShownPage } from './shown-page.ts';
import { type FormatValues, isSame, StreamCursor } from './stream-cursor.ts';
import { type CharacterRun, type Characters, firstItem, lastItem } from './stream-items.ts';

interface MarkedRange {
  readonly first: CharacterRun;
  last: Characters;
  readonly change: FormatValues;
  marker: Y.Item | null;
}

/** Writes mark changes as ranges of the stream, extended over markers and line breaks (WR9). */
export class MarkWriter {
  readonly #page: ShownPage;
  readonly #ranges: MarkedRange[] = [];
  #open: MarkedRange | null = null;

  constructor(page: ShownPage) {
    this.#page = page;
  }

  add(run: CharacterRun, change: FormatValues): void {
    const { marker } = run.segment;
    if (this.#open && isSame(this.#open.change, change) && this.#open.marker === marker) {
      this.#open.last = run;
      return;
    }
    this.#open = { first: run, last: run, change, marker };
    this.#ranges.push(this.#open);
  }

  passMarker(marker: Y.Item | null): void {
    if (this.#open && this.#page.isNext(this.#open.marker, marker)) this.#open.marker = marker;
    else this.end();
  }

  end(): void {
    this.#open = null;
  }

  write(transaction: Y.Transaction): void {
    for (const { first, last, change } of this.#ranges) {
      const { marker, formats } = first.segment;
      const cursor = new StreamCursor(transaction, this.#page.roots.text, marker, formats.values);
      // Before the formats that begin at the range, so that overridden ones are removed.
      cursor.moveTo(firstFormat(firstItem(transaction, first)));
      cursor.format(change, lastItem(transaction, last));
    }
  }
}

function firstFormat(item: Y.Item): Y.Item {
  let first = item;
  for (let left = item.left; left !== null; left = left.left) {
    if (left.deleted) continue;
    if (!(left.content instanceof Y.ContentFormat)) break;
    first = left;
  }
  return first;
}
