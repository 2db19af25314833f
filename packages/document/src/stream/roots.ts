import type * as Y from 'yjs';

/** The shared types of a page (PM1). */
export interface PageRoots {
  /** The stream: text, formats, markers and slots. */
  readonly text: Y.Text;
  /** Attributes of blocks and containers, by `<id>.<name>`. */
  readonly attributes: Y.Map<unknown>;
  /** Which characters are copies that undo brought back, by `<client>:<clock>`. */
  readonly restored: Y.Map<unknown>;
  readonly meta: Y.Map<unknown>;
}

/** The roots of a page, defined on first use. Throws when other code has defined them as other types. */
export function pageRoots(doc: Y.Doc): PageRoots {
  const text = doc.getText('text');
  stopFormatCleanup(text);
  return {
    text,
    attributes: doc.getMap('attributes'),
    restored: doc.getMap('restored'),
    meta: doc.getMap('meta'),
  };
}

const withoutCleanup = new WeakSet<Y.Text>();

/**
 * After a remote change, Yjs deletes formats that it finds redundant: an onlooker would write (WR8), and walk the whole
 * text for it. It does so for texts whose `_hasFormatting` is true; the property is public in Yjs 13.6.
 */
function stopFormatCleanup(text: Y.Text): void {
  if (withoutCleanup.has(text)) return;
  withoutCleanup.add(text);
  Object.defineProperty(text, '_hasFormatting', { get: () => false, set: () => {} });
}
