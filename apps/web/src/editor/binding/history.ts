import { markerOf } from '@tandem/document/stream';
import * as Y from 'yjs';

import { UNDO_GROUP_MS } from '../limits.ts';
import type { SharedSelection } from './positions.ts';
import type { Restored, RestoredCopies } from './restored-copies.ts';
import type { ShownPage } from './shown-page.ts';

type Direction = 'undo' | 'redo';

/** Undo and redo of the user's own changes (HI1 to HI3), each with its selection. */
export class History {
  readonly #manager: Y.UndoManager;
  readonly #page: ShownPage;
  readonly #copies: RestoredCopies;
  #lastStep: 'typing' | 'command' = 'typing';
  #selection: SharedSelection | null = null;

  constructor(page: ShownPage, copies: RestoredCopies, origins: readonly unknown[]) {
    this.#page = page;
    this.#copies = copies;
    this.#manager = new Y.UndoManager([page.roots.text, page.roots.attributes], {
      captureTimeout: UNDO_GROUP_MS,
      trackedOrigins: new Set(origins),
      captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
    });
    this.#manager.on('stack-item-added', ({ stackItem }) => {
      if (this.#selection) stackItem.meta.set(this, this.#selection);
    });
  }

  get origin(): unknown {
    return this.#manager;
  }

  /** Must precede each write. A command's undo keeps the words typed around it. */
  startStep(step: 'typing' | 'command', selection: SharedSelection): void {
    if (step === 'command' || this.#lastStep === 'command') this.#manager.stopCapturing();
    this.#lastStep = step;
    this.#selection = selection;
  }

  /**
   * Undoes or redoes the last step. Returns the new selection, null where unknown, or undefined
   * when there is no step.
   */
  run(direction: Direction, selection: SharedSelection): SharedSelection | null | undefined {
    const manager = this.#manager;
    const stack = direction === 'undo' ? manager.undoStack : manager.redoStack;
    const items = [...stack];
    const flag = direction === 'undo' ? 'undoing' : 'redoing';
    this.#selection = selection;
    // One transaction for the step and its restored content; the manager sorts it by this flag.
    try {
      this.#page.roots.text.doc!.transact((transaction) => {
        const start = Y.getState(transaction.doc.store, transaction.doc.clientID);
        manager[direction]();
        manager[flag] = true;
        const restored = items
          .slice(stack.length)
          .flatMap(({ deletions }) => this.#restored(transaction, deletions, start));
        this.#copies.record(restored);
      }, manager);
    } finally {
      manager[flag] = false;
    }
    const done = items.slice(stack.length)[0];
    return done && ((done.meta.get(this) as SharedSelection | undefined) ?? null);
  }

  destroy(): void {
    this.#manager.destroy();
  }

  #restored(
    transaction: Y.Transaction,
    deletions: Parameters<typeof Y.iterateDeletedStructs>[1],
    start: number,
  ): Restored[] {
    const restored: Restored[] = [];
    Y.iterateDeletedStructs(transaction, deletions, (item) => {
      if (!(item instanceof Y.Item) || item.parent !== this.#page.roots.text) return;
      const isBack = ({ redone }: Y.Item): boolean =>
        redone?.client === transaction.doc.clientID && redone.clock >= start;
      if (!isBack(item)) return;
      if (item.content instanceof Y.ContentEmbed) putBehind(transaction, item);
      const redone = item.redone!;
      if (item.content instanceof Y.ContentString || markerOf(item) !== null)
        restored.push({ clock: redone.clock, length: item.length, source: item.id });
    });
    return restored.toSorted((a, b) => a.clock - b.clock);
  }
}

/**
 * Yjs inserts a copy before its original. There, concurrent text at the end of the preceding text
 * could land after the copy, and so in the next block; after the original it cannot.
 */
function putBehind(transaction: Y.Transaction, item: Y.Item): void {
  const { doc } = transaction;
  const copy = Y.getItem(doc.store, item.redone!);
  if (copy.deleted || copy.right !== item) return;
  copy.delete(transaction);
  const { right } = item;
  const moved = new Y.Item(
    Y.createID(doc.clientID, Y.getState(doc.store, doc.clientID)),
    item,
    item.lastId,
    right,
    right && right.id,
    item.parent,
    null,
    item.content.copy(),
  );
  moved.integrate(transaction, 0);
  // As for every copy: undo may need it after its deletion.
  moved.keep = true;
  item.redone = moved.id;
}
