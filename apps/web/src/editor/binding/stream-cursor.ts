import * as Y from 'yjs';

export type FormatValues = Readonly<Record<string, unknown>>;

/**
 * A place between two items of a stream, with the formats in force there. It writes at items, never
 * at indexes: once a text contains a format, Yjs walks from its start for every index.
 */
export class StreamCursor {
  readonly #transaction: Y.Transaction;
  readonly #text: Y.Text;
  #left: Y.Item | null;
  #right: Y.Item | null;
  #formats: Map<string, unknown>;

  constructor(
    transaction: Y.Transaction,
    text: Y.Text,
    left: Y.Item | null,
    formats: FormatValues,
  ) {
    this.#transaction = transaction;
    this.#text = text;
    this.#left = left;
    this.#right = left === null ? text._start : left.right;
    this.#formats = new Map(Object.entries(formats));
  }

  get formats(): FormatValues {
    return Object.fromEntries(this.#formats);
  }

  get left(): Y.Item | null {
    return this.#left;
  }

  moveTo(item: Y.Item): void {
    while (this.#right !== null && this.#right !== item) this.#forward();
  }

  insertEmbed(embed: object): Y.Item {
    return this.#put(new Y.ContentEmbed(embed));
  }

  /** Inserts text with exactly `formats`; null means those in force. */
  insertText(text: string, formats: FormatValues | null): Y.Item {
    if (formats === null) return this.#put(new Y.ContentString(text));
    this.#skipTowards(formats);
    const names = new Set([...this.#formats.keys(), ...Object.keys(formats)]);
    const ended = this.#begin(names, (name) => formats[name] ?? null);
    const item = this.#put(new Y.ContentString(text));
    this.#end(ended);
    return item;
  }

  /** Sets formats up to and including `last`, and moves after it; null ends a format. */
  format(change: FormatValues, last: Y.Item): void {
    const ended = this.#begin(Object.keys(change), (name) => change[name] ?? null);
    for (let done = false; !done && this.#right !== null;) {
      const item: Y.Item = this.#right;
      done = item === last;
      if (!item.deleted && item.content instanceof Y.ContentFormat) {
        const { key, value } = item.content as { key: string; value: unknown };
        if (Object.hasOwn(change, key)) {
          ended.set(key, value);
          item.delete(this.#transaction);
        }
      }
      this.#forward();
    }
    for (const [name, value] of ended) if (isSame(value, change[name] ?? null)) ended.delete(name);
    this.#end(ended);
  }

  #put(content: Y.Item['content']): Y.Item {
    const { doc } = this.#transaction;
    const left = this.#left;
    const right = this.#right;
    const item = new Y.Item(
      Y.createID(doc.clientID, Y.getState(doc.store, doc.clientID)),
      left,
      left && left.lastId,
      right,
      right && right.id,
      this.#text,
      null,
      content,
    );
    item.integrate(this.#transaction, 0);
    this.#right = item;
    this.#forward();
    return item;
  }

  #forward(): void {
    const item = this.#right!;
    if (!item.deleted && item.content instanceof Y.ContentFormat) {
      const { key, value } = item.content as { key: string; value: unknown };
      if (value === null) this.#formats.delete(key);
      else this.#formats.set(key, value);
    }
    this.#left = item;
    this.#right = item.right;
  }

  #skipTowards(wanted: FormatValues): void {
    if (hasFormats(this.#formats, wanted)) return;
    const formats = new Map(this.#formats);
    for (let item = this.#right; isFormat(item); item = item.right) {
      if (item.deleted) continue;
      const { key, value } = item.content as unknown as { key: string; value: unknown };
      if (value === null) formats.delete(key);
      else formats.set(key, value);
      if (!hasFormats(formats, wanted)) continue;
      while (this.#left !== item) this.#forward();
      return;
    }
  }

  #begin(names: Iterable<string>, wanted: (name: string) => unknown): Map<string, unknown> {
    const before = new Map<string, unknown>();
    for (const name of names) {
      const now = this.#formats.get(name) ?? null;
      if (isSame(now, wanted(name))) continue;
      before.set(name, now);
      this.#put(new Y.ContentFormat(name, wanted(name) as object));
    }
    return before;
  }

  #end(before: Map<string, unknown>): void {
    for (let item = this.#right; before.size > 0 && isFormat(item); item = this.#right) {
      if (!item.deleted) {
        const { key, value } = item.content as unknown as { key: string; value: unknown };
        if (before.delete(key) && isSame(this.#formats.get(key) ?? null, value))
          item.delete(this.#transaction);
      }
      this.#forward();
    }
    for (const [name, value] of before) this.#put(new Y.ContentFormat(name, value as object));
  }
}

/**
 * Whether an item is or was a format. The cursor never passes characters to reach a format, not
 * even deleted ones: concurrent text between them would split an insertion.
 */
function isFormat(item: Y.Item | null): item is Y.Item {
  return item?.content instanceof Y.ContentFormat;
}

function hasFormats(formats: ReadonlyMap<string, unknown>, wanted: FormatValues): boolean {
  return (
    formats.size === Object.keys(wanted).length &&
    [...formats].every(([name, value]) => isSame(value, wanted[name] ?? null))
  );
}

export function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
