/**
 * Compacts a document: its snapshot and rows become one snapshot. The compactor replays them into a new
 * Y.Doc in one transaction (merging updates is quadratic and collects no garbage), reads the result back,
 * compares both, and only then replaces the snapshot in the journal, and moves the rows to the history (HY1). A
 * failure before that changes nothing.
 */
import type { StoredDocument } from '@tandem/sync';
import * as Y from 'yjs';
import { differenceBetween } from './document-comparison.ts';
import { documentBudgetMs, storedBytes } from './loaded-document.ts';
import { HISTORY } from '../storage/history/limits.ts';
import { toChunks } from '../storage/history/history-chunk.ts';
import type { CompactedRows, Journal } from '../storage/journal/journal.ts';
import type { WorkerProgress } from '../runtime/worker-progress.ts';

export type CompactionOutcome =
  | { readonly kind: 'compacted'; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: string };

export async function compactDocument(
  document: string,
  { journal, progress }: { readonly journal: Journal; readonly progress: WorkerProgress },
): Promise<CompactionOutcome> {
  try {
    const stored = await journal.load(document);
    if (stored === null || stored.rows.length === 0) return { kind: 'unchanged' };
    progress.begin({
      phase: 'load',
      document,
      subscription: 0,
      cseq: 0,
      budgetMs: 3 * documentBudgetMs(storedBytes(stored)),
    });
    const snapshot = snapshotOf(stored);
    const { epoch, snapshotOffset: from, rows } = stored;
    const moved = await journal.readForCompaction(document, from + rows.length);
    // Another compaction was faster.
    if (moved.rows.length !== rows.length) return { kind: 'unchanged' };
    const chunks = toChunks(moved.rows, isCheckpointDue(moved, snapshot) ? snapshot : null);
    progress.end();
    const outcome = await journal.compact({
      document,
      epoch,
      from,
      to: from + rows.length,
      snapshot,
      chunks,
    });
    return outcome === 'conflict'
      ? { kind: 'unchanged' }
      : { kind: 'compacted', rows: rows.length, bytes: snapshot.byteLength };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    progress.end();
  }
}

/** Bytes grow with the state, so that states take no more space than rows do. */
function isCheckpointDue({ rows, sinceCheckpoint }: CompactedRows, state: Uint8Array): boolean {
  const bytes = rows.reduce((sum, { update }) => sum + update.byteLength, sinceCheckpoint.bytes);
  return (
    sinceCheckpoint.rows + rows.length >= HISTORY.checkpointRows ||
    bytes >= Math.max(HISTORY.checkpointBytes, state.byteLength)
  );
}

/** @throws Error when the document cannot be built, or when its snapshot reads back differently. */
function snapshotOf(stored: StoredDocument): Uint8Array {
  const built = documentFrom(
    stored.snapshot === null ? [] : [stored.snapshot],
    stored.rows.map((row) => row.update),
  );
  const snapshot = Y.encodeStateAsUpdate(built);
  const difference = differenceBetween(built, documentFrom([snapshot]));
  if (difference !== null) throw new Error(`the snapshot reads back differently: ${difference}`);
  return snapshot;
}

function documentFrom(...updates: readonly (readonly Uint8Array[])[]): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates.flat()) Y.applyUpdate(doc, update);
  });
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
    throw new Error('the document refers to missing content');
  return doc;
}
