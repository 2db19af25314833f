import { markerOf } from '@tandem/document/stream';
import * as Y from 'yjs';

import { UNDO_GROUP_MS } from '../limits.ts';
import type { SharedSelection } from './positions.ts';
import type { Restored, RestoredCopies } from './restored-copies.ts';
import type { ShownPage } from './shown-page.ts';

type Direction = 'undo' | 'redo';

/** Undo and redo of one's own work (HI1 to HI3), each with the selection that goes with it. */
export class History {
  readonly #manager: Y.UndoManager;
  readonly #page: ShownPage;
  readonly #copies: RestoredCopies;
  #lastStep: 'typing' | 'command' = 'typing';
  /** The selection before the change that is being written or undone. */
  #selection: SharedSelection | null = null;

  constructor(page: ShownPage, copies: RestoredCopies, origin: unknown) {
    this.#page = page;
    this.#copies = copies;
    this.#manager = new Y.UndoManager([page.roots.text, page.roots.attributes], {
      captureTimeout: UNDO_GROUP_MS,
      trackedOrigins: new Set([origin]),
      captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
    });
    this.#manager.on('stack-item-added', ({ stackItem }) => {
      if (this.#selection) stackItem.meta.set(this, this.#selection);
    });
  }

  /** The origin of the transactions that undo and redo. */
  get origin(): unknown {
    return this.#manager;
  }

  /** To be called before a change is written. Taking back a command leaves the words typed around it. */
  startStep(step: 'typing' | 'command', selection: SharedSelection): void {
    if (step === 'command' || this.#lastStep === 'command') this.#manager.stopCapturing();
    this.#lastStep = step;
    this.#selection = selection;
  }

  /**
   * Takes back the last step of one's own work, or does it again. Returns the selection to go to, null where none is
   * known, or undefined when there is nothing to do.
   */
  run(direction: Direction, selection: SharedSelection): SharedSelection | null | undefined {
    const manager = this.#manager;
    const stack = direction === 'undo' ? manager.undoStack : manager.redoStack;
    const items = [...stack];
    const flag = direction === 'undo' ? 'undoing' : 'redoing';
    this.#selection = selection;
    // One transaction for the step and the note of what it brought back; the manager sorts it by this flag.
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

  /** What a step brought back: deleted characters and markers that point to new copies of themselves. */
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
 * Yjs puts a copy before its original, where words that somebody types at the end of the text before it may come behind
 * it, and so into the next block. Behind the original they cannot.
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
  // As for every copy: undo may need it after it is deleted.
  moved.keep = true;
  item.redone = moved.id;
}
