import { inspectPage, validateChange } from '@tandem/document';
import type * as Y from 'yjs';

/**
 * Protects pages that a newer version wrote: this editor would show them differently, and edits
 * could mean something else there. A page is checked before an editor is bound, and on every change
 * before any observer sees it, because the editor must be gone by then.
 */

export interface PageGuard {
  readonly state: 'supported' | 'unsupported';
  readonly release: () => void;
}

/**
 * Checks `doc` now and after each change. `onUnsupported` is called at most once, synchronously,
 * before any observer sees the change, and must stop all code that writes in response to observers.
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
  // Excess length is harmless: the editor shows such a page correctly.
  return validateChange(transaction).some(({ rule }) => rule !== 'too-long');
}
