/** What a document must still be able to do after any update that was admitted. */

import * as Y from 'yjs';

type Type = Y.Doc['share'] extends Map<string, infer T> ? T : never;

export function load(...updates: Uint8Array[]): Y.Doc {
  const doc = new Y.Doc({ guid: 'copy' });
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

/**
 * `order`: everything, and the order of what is deleted. `content`: what is there, without formats. Of
 * those each replica takes away what it finds redundant when it applies somebody else's change, and
 * what that is depends on how changes are gathered into transactions.
 */
type Detail = 'order' | 'content';

/** Everything that is in a document, whatever the roots were opened as. */
export function describe(doc: Y.Doc, detail: Detail = 'order'): string {
  const roots = [...doc.share].map(([name, type]) => [name, describeType(type, detail)] as const);
  const seen = roots
    .filter(([, description]) => description !== '[]{}')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))].toSorted(([a], [b]) => a - b);
  return JSON.stringify([seen, clocks]);
}

/** Each replica spoils a surrogate pair when it cuts it, which is not at the same time: yjs#248. */
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
  // How tombstones are cut and what they still hold differs honestly; where they are does not.
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
 * Applies an admitted update to a copy of a document and tries everything that poison breaks.
 *
 * @param base the saved document.
 * @returns what went wrong, or the copy's description.
 */
export function survive(
  base: Uint8Array,
  update: Uint8Array,
): { fault: string } | { fault: null; doc: Y.Doc } {
  const doc = load(base);
  const relayed: Uint8Array[] = [];
  doc.on('update', (bytes: Uint8Array) => relayed.push(bytes));
  try {
    Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
      return { fault: 'left something pending' };
    if (doc._transactionCleanups.length > 0) return { fault: 'went deaf' };
    const live = describe(doc);
    const same = (what: string, other: Y.Doc): void => {
      if (describe(other) !== live)
        throw new Error(`differs ${what}:\n${live}\n${describe(other)}`);
      other.destroy();
    };
    same('when loaded', load(Y.encodeStateAsUpdate(doc)));
    same('at a peer', load(base, ...relayed));
    same('when merged', load(Y.mergeUpdates([...relayed, base])));
    // It may repeat known structs in another form, and merging takes either: that it loads is all.
    load(Y.mergeUpdates([update, base])).destroy();
    const heard = relayed.length;
    doc.getMap('after').set('edit', 1);
    if (relayed.length !== heard + 1) return { fault: 'emits no update' };
    clear(Y.encodeStateAsUpdate(doc));
    return { fault: null, doc };
  } catch (error) {
    return { fault: String(error) };
  }
}

/** Deletes everything, which fails where the tree is not as Yjs takes it to be. */
function clear(saved: Uint8Array): void {
  const doc = load(saved);
  doc.transact((transaction) => {
    for (const type of doc.share.values()) {
      for (let item = type._start; item !== null; item = item.right) item.delete(transaction);
      for (const item of type._map.values()) item.delete(transaction);
    }
  });
  const cleared = load(Y.encodeStateAsUpdate(doc));
  if (describe(cleared) !== describe(doc))
    throw new Error('differs when loaded after everything was deleted');
}
