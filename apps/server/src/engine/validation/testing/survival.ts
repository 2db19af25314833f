/** Checks that a document still works after an accepted update. */

import * as Y from 'yjs';

type Type = Y.Doc['share'] extends Map<string, infer T> ? T : never;

export function load(...updates: Uint8Array[]): Y.Doc {
  const doc = new Y.Doc({ guid: 'copy' });
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

/**
 * `order`: all content and the order of deleted items. `content`: visible content without formats.
 * Each replica deletes redundant formats when it applies a remote change, and which formats are
 * redundant depends on how changes are grouped into transactions.
 */
type Detail = 'order' | 'content';

export function describeDocument(doc: Y.Doc, detail: Detail = 'order'): string {
  const roots = [...doc.share].map(([name, type]) => [name, describeType(type, detail)] as const);
  const seen = roots
    .filter(([, description]) => description !== '[]{}')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))].toSorted(([a], [b]) => a - b);
  return JSON.stringify([seen, clocks]);
}

/** Replicas split surrogate pairs at different times, and each split corrupts the pair: yjs#248. */
const CUT_PAIRS = /[\ud800-\udfff]/g;

function describeType(type: Type, detail: Detail): string {
  const sequence: string[] = [];
  for (let item = type._start; item !== null; item = item.right) {
    const isHidden = item.deleted || item.content instanceof Y.ContentFormat;
    if (detail === 'order' || !isHidden) sequence.push(...describeItem(item, detail));
  }
  const entries = [...type._map]
    .filter(([, item]) => detail === 'order' || !item.deleted)
    .map(([key, item]) => `${JSON.stringify(key)}:${describeItem(item, detail).at(-1)}`);
  return `[${sequence.join()}]{${entries.toSorted().join()}}`;
}

function describeItem(item: Y.Item, detail: Detail): string[] {
  // Replicas may differ in how tombstones are split and what they contain, but not in their places.
  if (item.deleted)
    return Array.from(
      { length: Math.min(item.length, 64) },
      (_, i) => `${item.id.client}/${item.id.clock + i}`,
    );
  const { content } = item;
  if (content instanceof Y.ContentType) {
    const { type } = content;
    return [`${type.constructor.name}${nameOf(type)}${describeType(type, detail)}`];
  }
  if (content instanceof Y.ContentFormat) return [`${content.key}=${show(content.value)}`];
  if (content instanceof Y.ContentEmbed) return [`<${show(content.embed)}>`];
  if (content instanceof Y.ContentString)
    return [...content.str.replace(CUT_PAIRS, '\ufffd')].map(show);
  return (content.getContent() as unknown[]).map(show);
}

function nameOf(type: Type): string {
  return type instanceof Y.XmlElement ? type.nodeName : '';
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ??
    'undefined'
  );
}

/**
 * Applies an accepted update to a copy of a document and tries every operation that a bad update breaks.
 *
 * @param base the saved document.
 */
export function survive(
  base: Uint8Array,
  update: Uint8Array,
): { fault: string } | { fault: null; doc: Y.Doc } {
  const doc = load(base);
  const emitted: Uint8Array[] = [];
  doc.on('update', (bytes: Uint8Array) => emitted.push(bytes));
  try {
    Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
      return { fault: 'left structs pending' };
    if (doc._transactionCleanups.length > 0) return { fault: 'has unfinished transactions' };
    const live = describeDocument(doc);
    const same = (what: string, other: Y.Doc): void => {
      if (describeDocument(other) !== live)
        throw new Error(`differs ${what}:\n${live}\n${describeDocument(other)}`);
      other.destroy();
    };
    same('when loaded', load(Y.encodeStateAsUpdate(doc)));
    same('at a peer', load(base, ...emitted));
    same('when merged', load(Y.mergeUpdates([...emitted, base])));
    // The update may repeat known structs in another form, and a merge may take either: it only has to load.
    load(Y.mergeUpdates([update, base])).destroy();
    const before = emitted.length;
    doc.getMap('after').set('edit', 1);
    if (emitted.length !== before + 1) return { fault: 'emits no update' };
    deleteEverything(Y.encodeStateAsUpdate(doc));
    return { fault: null, doc };
  } catch (error) {
    return { fault: String(error) };
  }
}

function deleteEverything(saved: Uint8Array): void {
  const doc = load(saved);
  doc.transact((transaction) => {
    for (const type of doc.share.values()) {
      for (let item = type._start; item !== null; item = item.right) item.delete(transaction);
      for (const item of type._map.values()) item.delete(transaction);
    }
  });
  const cleared = load(Y.encodeStateAsUpdate(doc));
  if (describeDocument(cleared) !== describeDocument(doc))
    throw new Error('differs when loaded after everything was deleted');
}
