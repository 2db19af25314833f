import { inspectPage, validateChange } from '@tandem/document';
import type * as Y from 'yjs';

/**
 * Keeps the editor away from pages that a newer version wrote. It would show people a page that others see differently,
 * and what they do in it could mean something else there. So a page is inspected before an editor is bound to it, and
 * every change between its arrival and the first observer of it: the editor must be gone by then.
 */

export interface PageGuard {
  readonly state: 'supported' | 'unsupported';
  readonly release: () => void;
}

/**
 * Inspects `doc` at once and each change after. `onUnsupported` is called at most once, synchronously, before any
 * observer of the document sees the change; whatever writes in answer to observers must be stopped in it.
 */
export function guardPage(doc: Y.Doc, onUnsupported: () => void): PageGuard {
  if (inspectPage(doc).kind !== 'ok') return { state: 'unsupported', release: () => {} };
  const inspect = (transaction: Y.Transaction): void => {
    if (!isNewer(transaction)) return;
    release();
    onUnsupported();
  };
  const release = (): void => doc.off('beforeObserverCalls', inspect);
  doc.on('beforeObserverCalls', inspect);
  return { state: 'supported', release };
}

function isNewer(transaction: Y.Transaction): boolean {
  // What is only too long is no reason to stop: an editor shows it unharmed.
  return validateChange(transaction).some(({ rule }) => rule !== 'too-long');
}
