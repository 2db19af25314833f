import * as Y from 'yjs';
import { markerOf } from '../stream/embeds.ts';
import type { PageRoots } from '../stream/roots.ts';
import { type IdRange, IdRanges } from './id-ranges.ts';

/** Characters of one client, or one embed. */
export type StreamContent = string | object;

export interface NotedPart {
  /** From the beginning of the range that was asked for. */
  readonly skipped: number;
  /** Of its first character: the original, or the character itself when it is no copy. */
  readonly origin: IdRange;
  /** The client that wrote the words first, as far as that can be read. */
  readonly author: number;
}

/**
 * The originals of the characters that undo or a restore brought back as copies (HI3, HI5). Anybody who writes can note
 * anything, so a note is believed as far as it can be read: a copy with other words than its original is none, and one
 * whose original is nowhere to be read is by the person who wrote it.
 */
export class NotedOrigins {
  readonly #copies = new IdRanges<Y.ID>();
  readonly #moments: readonly PageRoots[];

  /** @param moments where originals are looked up */
  constructor(restored: Y.Map<unknown>, moments: readonly PageRoots[]) {
    this.#moments = moments;
    for (const [key, value] of restored) {
      const client = Number(key.split(':')[0]);
      if (!Array.isArray(value)) continue;
      const numbers = value.slice(1) as number[];
      for (let i = 0; i + 3 < numbers.length; i += 4) {
        const [clock, origin, originClock, length] = numbers.slice(i, i + 4) as [
          number,
          number,
          number,
          number,
        ];
        this.#copies.add({ client, clock, length }, Y.createID(origin, originClock));
      }
    }
  }

  *of(range: IdRange, content: StreamContent): Generator<NotedPart> {
    const { client } = range;
    for (const { clock, length, value, skipped } of this.#copies.cut(range)) {
      const own = { client, clock, length };
      if (value === null) {
        yield { skipped: clock - range.clock, origin: own, author: client };
        continue;
      }
      const noted = { client: value.client, clock: value.clock + skipped, length };
      for (const original of this.#read(noted)) {
        const done = original.clock - noted.clock;
        const from = clock + done - range.clock;
        const isEqual = isSameContent(original.content, partOf(content, from, original.length));
        const isOther = original.content !== null && !isEqual;
        yield {
          skipped: from,
          origin: {
            client: isOther ? client : noted.client,
            clock: isOther ? clock + done : original.clock,
            length: original.length,
          },
          author: isEqual ? noted.client : client,
        };
      }
    }
  }

  /** Cuts a range where one of the moments has another item. `content` is null where none can be read. */
  *#read({ client, clock, length }: IdRange) {
    for (let at = clock; at < clock + length;) {
      let end = clock + length;
      const items = this.#moments.flatMap((roots) => {
        const struct = structAt(roots, Y.createID(client, at));
        if (struct === null) return [];
        end = Math.min(end, struct.id.clock + struct.length);
        return struct instanceof Y.Item && struct.parent === roots.text ? struct : [];
      });
      const [content = null] = items.flatMap(
        (item) => contentOf(item, at - item.id.clock, end - at) ?? [],
      );
      yield { clock: at, length: end - at, content };
      at = end;
    }
  }
}

export function partOf(content: StreamContent, from: number, length: number): StreamContent {
  return typeof content === 'string' ? content.slice(from, from + length) : content;
}

export function isSameContent(one: StreamContent | null, other: StreamContent): boolean {
  return typeof one === 'object' && typeof other === 'object'
    ? JSON.stringify(one) === JSON.stringify(other)
    : one === other;
}

function structAt({ text }: PageRoots, id: Y.ID): Y.AbstractStruct | null {
  const { store } = text.doc!;
  return Y.getState(store, id.client) <= id.clock ? null : Y.getItem(store, id);
}

/** Null where the words are gone with their deletion. */
function contentOf(item: Y.Item, from: number, length: number): StreamContent | null {
  if (item.content instanceof Y.ContentString) return item.content.str.slice(from, from + length);
  return markerOf(item);
}
