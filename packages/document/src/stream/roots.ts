import type * as Y from 'yjs';

/** The shared types of a page (PM1). */
export interface PageRoots {
  readonly text: Y.Text;
  /** Attributes of blocks and containers, by `<id>.<name>`. */
  readonly attributes: Y.Map<unknown>;
  /** Characters that are copies restored by undo, by `<client>:<clock>`. */
  readonly restored: Y.Map<unknown>;
  readonly meta: Y.Map<unknown>;
}

/**
 * Defines the roots on first use.
 *
 * @throws Error when other code has defined them as other types
 */
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
 * Turns off the format cleanup of Yjs, which deletes redundant formats after a remote change: a
 * client that only reads would write (WR8), and walk the whole text for it. Yjs does so for texts
 * whose `_hasFormatting` is true; the property is public in Yjs 13.6.
 */
function stopFormatCleanup(text: Y.Text): void {
  if (withoutCleanup.has(text)) return;
  withoutCleanup.add(text);
  Object.defineProperty(text, '_hasFormatting', { get: () => false, set: () => {} });
}
