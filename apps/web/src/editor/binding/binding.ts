import { pageRoots } from '@tandem/document';
import type { Restoration } from '@tandem/document/history';
import type { Node } from '@tiptap/pm/model';
import {
  AllSelection,
  EditorState,
  NodeSelection,
  Plugin,
  PluginKey,
  type Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type * as Y from 'yjs';

import { COMPOSITION_END_MS } from '../limits.ts';
import { readPendingInput } from '../pending-input.ts';
import { orderBlocks } from './block-order.ts';
import { showDifference, showLeaf } from './difference.ts';
import { History } from './history.ts';
import { findLeafChange, orderAfter } from './leaf-change.ts';
import { leafIndexAt } from './leaves.ts';
import { addChange, type LocalChanges, NO_CHANGES } from './local-changes.ts';
import { Positions, type SharedPosition, type SharedSelection } from './positions.ts';
import { RestoredCopies } from './restored-copies.ts';
import { type Reading, ShownPage } from './shown-page.ts';
import { StreamWriter } from './stream-writer.ts';

export type { SharedPosition, SharedSelection } from './positions.ts';

interface PluginState {
  readonly binding: Binding;
  readonly changes: LocalChanges;
}

type Source = 'remote' | 'undo' | 'correction';

const key = new PluginKey<PluginState>('binding');

export function binding(doc: Y.Doc): Plugin {
  return new Binding(doc).plugin;
}

/** Whether a transaction came from the page: another user's change, or the user's own undo. */
export function isFromDocument(tr: Transaction): boolean {
  return tr.getMeta(key) !== undefined;
}

export function isRemote(tr: Transaction): boolean {
  return (tr.getMeta(key) as Source | undefined) === 'remote';
}

/** The selection as positions that survive edits; null while the view is not bound. */
export function sharedSelection(state: EditorState): SharedSelection | null {
  return key.getState(state)?.binding.share(state) ?? null;
}

export function resolveShared(state: EditorState, position: SharedPosition): number | null {
  return key.getState(state)?.binding.resolve(position) ?? null;
}

/** What anchors are made of and found in; null while the view is not bound, or shows what is not written yet. */
export function boundPage(state: EditorState): BoundPage | null {
  return key.getState(state)?.binding.page(state) ?? null;
}

export function undo(view: EditorView): boolean {
  return key.getState(view.state)?.binding.step('undo') ?? false;
}

export function redo(view: EditorView): boolean {
  return key.getState(view.state)?.binding.step('redo') ?? false;
}

/** Makes the page read as at an earlier moment of its life, in one step that can be undone (HY8). */
export function restore(view: EditorView, restoration: Restoration): boolean {
  return key.getState(view.state)?.binding.restore(restoration) ?? false;
}

const DOUBLES = 'restored-copies';
const RESTORE = Symbol('restore');

export interface BoundPage {
  readonly page: ShownPage;
  readonly copies: RestoredCopies;
}

interface Bound extends BoundPage {
  readonly view: EditorView;
  readonly positions: Positions;
  readonly history: History;
}

/**
 * Synchronizes a ProseMirror view and a page. Local changes are written to the stream; remote
 * changes are shown by minimal steps, and the selection stays with its text.
 */
class Binding {
  readonly plugin: Plugin<PluginState>;
  readonly #doc: Y.Doc;
  #bound: Bound | null = null;
  #isHeld = false;
  #releaseTimer: ReturnType<typeof setTimeout> | undefined;
  #isForeign = false;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.plugin = new Plugin<PluginState>({
      key,
      state: {
        init: () => ({ binding: this, changes: NO_CHANGES }),
        apply: (tr, { changes }, before) => {
          const shown = this.#bound?.page.doc;
          if (isFromDocument(tr)) return { binding: this, changes: NO_CHANGES };
          return { binding: this, changes: addChange(changes, tr, { before, shown }) };
        },
      },
      props: {
        handleDOMEvents: {
          compositionend: () => {
            this.#releaseSoon();
            return false;
          },
        },
      },
      view: (view) => this.#bind(view),
    });
  }

  share(state: EditorState): SharedSelection | null {
    const bound = this.#bound;
    return bound && state.doc === bound.page.doc ? bound.positions.share(state.selection) : null;
  }

  page(state: EditorState): BoundPage | null {
    const bound = this.#bound;
    return bound && state.doc === bound.page.doc ? bound : null;
  }

  resolve(position: SharedPosition): number | null {
    return this.#bound?.positions.resolve(position) ?? null;
  }

  step(direction: 'undo' | 'redo'): boolean {
    const bound = this.#bound;
    if (!bound) return false;
    this.#release();
    const before = bound.positions.share(bound.view.state.selection);
    const selection = bound.history.run(direction, before);
    if (selection) this.#select(selection);
    bound.copies.deleteDoubles(DOUBLES, 'all');
    return selection !== undefined;
  }

  restore(restoration: Restoration): boolean {
    const bound = this.#bound;
    if (!bound) return false;
    this.#release();
    const { view, page, copies, history, positions } = bound;
    history.startStep('command', positions.share(view.state.selection));
    this.#doc.transact((transaction) => {
      copies.record(restoration(page.roots, transaction));
    }, RESTORE);
    copies.deleteDoubles(DOUBLES, 'all');
    return true;
  }

  #bind(view: EditorView): { update: (view: EditorView) => void; destroy: () => void } {
    const page = new ShownPage(pageRoots(this.#doc), view.state.schema);
    const copies = new RestoredCopies(page.roots);
    const positions = new Positions(page, copies);
    const history = new History(page, copies, [this, RESTORE]);
    this.#bound = { view, page, copies, positions, history };
    this.#isForeign = true;
    this.#show({ kind: 'all' }, () => null);
    this.#doc.on('afterTransaction', this.#onTransaction);
    return {
      update: ({ state }) => {
        if (this.#isHeld) this.#releaseSoon();
        else if (state.doc !== page.doc) this.#write();
      },
      destroy: () => {
        clearTimeout(this.#releaseTimer);
        this.#release();
        this.#doc.off('afterTransaction', this.#onTransaction);
        history.destroy();
        this.#bound = null;
      },
    };
  }

  #write(): void {
    const { view, page, copies, history, positions } = this.#bound!;
    const { doc, selection } = view.state;
    const { maps, isTyping, isUndoable, selectionBefore } = key.getState(view.state)!.changes;
    const change = findLeafChange(page, doc, maps);
    if (change === null) {
      page.adopt(doc);
      return;
    }
    if (selectionBefore)
      history.startStep(isTyping ? 'typing' : 'command', positions.share(selectionBefore));
    const writer = this.#doc.transact((transaction) => {
      if (!isUndoable) transaction.meta.set('addToHistory', false);
      const made = new StreamWriter(transaction, page, change);
      made.write();
      page.noteChanges(transaction);
      if (made.isStructural) orderBlocks(transaction, page, orderAfter(page, change, made.ids));
      return made;
    }, this);
    const reading = page.refresh(change.nodes, doc);
    this.#show(reading, () => writer.share(selection, doc));
    copies.deleteDoubles(DOUBLES, 'all');
  }

  readonly #onTransaction = (transaction: Y.Transaction): void => {
    if (!this.#bound || transaction.origin === this) return;
    const { view, page, copies, history, positions } = this.#bound;
    page.noteChanges(transaction);
    copies.noteChanges(transaction);
    if (page.hasChanges()) {
      if (transaction.origin !== history.origin) this.#isForeign = true;
      if (this.#isHeld || this.#isComposingInChange()) {
        this.#isHeld = true;
        this.#releaseSoon();
        return;
      }
      readPendingInput(view);
    }
    if (page.hasChanges()) {
      const selection = positions.share(view.state.selection);
      this.#show(page.refresh(), () => selection);
    }
    if (view.editable) copies.deleteDoubles(DOUBLES, 'own');
  };

  #show(reading: Reading, selection: () => SharedSelection | null): void {
    const { view, page } = this.#bound!;
    const { tr, selection: before } = view.state;
    if (reading.kind === 'all') showDifference(tr, page.doc);
    else for (const leaf of reading.leaves) showLeaf(tr, leaf, page.leaves[leaf]!.node);
    page.adopt(tr.doc, reading);
    const source: Source = this.#isForeign ? 'remote' : 'correction';
    this.#isForeign = false;
    if (!tr.docChanged) return;
    const shared = selection();
    if (shared) this.#keepSelection(tr, before, shared);
    if (source === 'correction') keepInputRules(tr, view.state);
    this.#dispatch(tr.setMeta(key, source).setMeta('addToHistory', false));
  }

  /**
   * Where a plugin refuses the transaction or fails, sets the view's state directly; otherwise the
   * next key would undo the change.
   */
  #dispatch(tr: Transaction): void {
    const { view } = this.#bound!;
    const { state } = view;
    try {
      view.dispatch(tr);
    } finally {
      if (view.state === state && !view.isDestroyed) {
        const { doc, selection } = tr;
        view.updateState(EditorState.create({ doc, selection, plugins: state.plugins }));
      }
    }
  }

  #keepSelection(tr: Transaction, before: Selection, shared: SharedSelection): void {
    const anchor = this.resolve(shared.anchor);
    const head = before.empty ? anchor : this.resolve(shared.head);
    if (anchor === null || head === null) return;
    const selection = selectionLike(before, tr.doc, { anchor, head });
    if (!selection.eq(tr.selection)) tr.setSelection(selection);
  }

  #select(shared: SharedSelection): void {
    const anchor = this.resolve(shared.anchor);
    const head = this.resolve(shared.head);
    if (anchor === null || head === null) return;
    const { view } = this.#bound!;
    const { doc, tr } = view.state;
    const selection = TextSelection.between(doc.resolve(anchor), doc.resolve(head));
    view.dispatch(tr.setSelection(selection).scrollIntoView());
  }

  #isComposingInChange(): boolean {
    const { view, page } = this.#bound!;
    if (!view.composing) return false;
    const leaf = page.leaves[leafIndexAt(page.doc, view.state.selection.head)];
    return leaf === undefined || page.isChanged(leaf.block);
  }

  /**
   * Polls until no input method is active, because a composition can end without an event, and
   * ProseMirror reads its text some time after the end.
   */
  #releaseSoon(): void {
    this.#releaseTimer ??= setTimeout(() => {
      this.#releaseTimer = undefined;
      if (this.#bound?.view.composing) this.#releaseSoon();
      else this.#release();
    }, COMPOSITION_END_MS);
  }

  #release(): void {
    if (!this.#isHeld || !this.#bound) return;
    this.#isHeld = false;
    const { view, page, copies, positions } = this.#bound;
    if (view.state.doc !== page.doc) {
      this.#write();
    } else {
      const selection = positions.share(view.state.selection);
      this.#show(page.refresh(), () => selection);
    }
    if (view.editable) copies.deleteDoubles(DOUBLES, 'own');
  }
}

/** A correction is not an edit: Backspace still undoes the input rule before it. */
function keepInputRules(tr: Transaction, state: EditorState): void {
  for (const plugin of state.plugins) {
    const { isInputRules } = plugin.spec as { readonly isInputRules?: boolean };
    if (isInputRules) tr.setMeta(plugin, plugin.getState(state) as unknown);
  }
}

function selectionLike(
  before: Selection,
  doc: Node,
  { anchor, head }: { readonly anchor: number; readonly head: number },
): Selection {
  if (before instanceof AllSelection) return new AllSelection(doc);
  if (before instanceof NodeSelection) {
    const position = findNode(before.node, doc, anchor);
    if (position !== null) return NodeSelection.create(doc, position);
  }
  return TextSelection.between(doc.resolve(anchor), doc.resolve(head));
}

function findNode({ type, attrs }: Node, doc: Node, near: number): number | null {
  const isSame = (node: Node | null): boolean =>
    node?.type === type && node.attrs['id'] === attrs['id'];
  if (isSame(doc.nodeAt(near))) return near;
  const $near = doc.resolve(near);
  for (let { depth } = $near; depth > 0; depth--)
    if (isSame($near.node(depth))) return $near.before(depth);
  let found: number | null = null;
  doc.descendants((node, position) => {
    if (found === null && isSame(node)) found = position;
    return found === null && !node.isTextblock;
  });
  return found;
}
