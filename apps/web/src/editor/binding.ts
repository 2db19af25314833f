import { Extension } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import {
  type EditorState,
  AllSelection,
  NodeSelection,
  Plugin,
  PluginKey,
  type Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';
import { ReplaceStep } from '@tiptap/pm/transform';
import type { EditorView } from '@tiptap/pm/view';
import {
  absolutePositionToRelativePosition,
  defaultDeleteFilter,
  relativePositionToAbsolutePosition,
  ySyncPlugin,
  ySyncPluginKey,
} from '@tiptap/y-tiptap';
import * as Y from 'yjs';

import { followText } from './caret-keeper.ts';
import { UNDO_GROUP_MS } from './limits.ts';

/**
 * The only module that knows how the shared document reaches the screen: a Yjs fragment bound to ProseMirror
 * through y-tiptap, with the caret kept beside its text and an undo that undoes only one's own work.
 *
 * y-tiptap's own selection recovery and undo plugin stay out of it. The first trusts offsets in a block whose
 * text a remote edit has changed, the second leaves a stale selection for the next remote edit to jump to.
 */

/** A place in the document that survives edits. */
export type SharedPosition = Y.RelativePosition;
export interface SharedSelection {
  readonly anchor: SharedPosition;
  readonly head: SharedPosition;
}

/** What y-tiptap keeps for a bound view; its own types say `any`. */
interface Binding {
  readonly doc: Y.Doc;
  readonly type: Y.XmlFragment;
  readonly mapping: Map<Y.AbstractType<unknown>, Node | Node[]>;
  beforeTransactionSelection: unknown;
}

interface SyncState {
  readonly binding: Binding;
}

const keeperKey = new PluginKey<KeeperState>('caret-keeper');

interface KeeperState {
  readonly undoManager: Y.UndoManager;
  /** The selection before the latest local change, for undo to return to. */
  readonly before: SharedSelection | null;
}

interface Captured {
  readonly state: EditorState;
  readonly shared: SharedSelection;
}

/** Blocks in which somebody else has written stay when the insertion of the block is undone. */
const KEPT_WITH_CONTENT = new Set(['textBlock', 'codeBlock']);

/** Binds the editor to `fragment`. The fragment must have passed the page guard first. */
export function binding(fragment: Y.XmlFragment): Extension {
  return Extension.create({
    name: 'binding',
    priority: 1000,
    addProseMirrorPlugins: () => [ySyncPlugin(fragment) as Plugin, keeper(fragment)],
  });
}

/** True for a transaction that came from the shared document: another person's work, or one's own undo. */
export function isFromDocument(tr: Transaction): boolean {
  return Boolean(
    (tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin,
  );
}

/** True for a transaction that shows another person's work. */
export function isRemote(tr: Transaction): boolean {
  const meta = tr.getMeta(ySyncPluginKey) as
    | { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean }
    | undefined;
  return Boolean(meta?.isChangeOrigin) && !meta?.isUndoRedoOperation;
}

/** The selection as positions that survive edits; null while the view is not bound. */
export function sharedSelection(state: EditorState): SharedSelection | null {
  const bound = boundTo(state);
  if (!bound) return null;
  const share = (position: number): SharedPosition =>
    absolutePositionToRelativePosition(position, bound.type, bound.mapping) as SharedPosition;
  const { anchor, head, empty } = state.selection;
  if (empty) return { anchor: share(anchor), head: share(anchor) };
  // The start of a selection holds on to the first letter in it, not to the one before.
  const start = (position: number): SharedPosition => towardsEnd(share(position), bound.doc);
  return anchor < head
    ? { anchor: start(anchor), head: share(head) }
    : { anchor: share(anchor), head: start(head) };
}

function towardsEnd(position: SharedPosition, doc: Y.Doc): SharedPosition {
  const place = Y.createAbsolutePositionFromRelativePosition(position, doc);
  if (!(place?.type instanceof Y.XmlText)) return position;
  return Y.createRelativePositionFromTypeIndex(place.type, place.index);
}

/** Where a shared position is now; null when its text has not arrived or is gone. */
export function resolveShared(state: EditorState, position: SharedPosition): number | null {
  const bound = boundTo(state);
  if (!bound) return null;
  const resolved = relativePositionToAbsolutePosition(
    bound.doc,
    bound.type,
    position,
    bound.mapping,
  );
  return resolved === null || resolved < 0 || resolved > state.doc.content.size ? null : resolved;
}

/** Undoes the last step of one's own work. Returns false when there is none. */
export function undo(view: EditorView): boolean {
  return keeperKey.getState(view.state)?.undoManager.undo() != null;
}

/** Redoes what was undone last. Returns false when there is nothing to redo. */
export function redo(view: EditorView): boolean {
  return keeperKey.getState(view.state)?.undoManager.redo() != null;
}

function boundTo(state: EditorState): Binding | undefined {
  return (ySyncPluginKey.getState(state) as SyncState | undefined)?.binding;
}

function keeper(fragment: Y.XmlFragment): Plugin<KeeperState> {
  const undoManager = new Y.UndoManager(fragment, {
    captureTimeout: UNDO_GROUP_MS,
    trackedOrigins: new Set([ySyncPluginKey]),
    deleteFilter: (item) => defaultDeleteFilter(item, KEPT_WITH_CONTENT),
    captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
  });
  let captured: Captured | null = null;
  let lastStep: 'typing' | 'command' = 'typing';

  return new Plugin<KeeperState>({
    key: keeperKey,
    state: {
      init: () => ({ undoManager, before: null }),
      apply(tr, value, before) {
        if (!tr.docChanged || isFromDocument(tr)) return value;
        const step = isTyping(tr) ? 'typing' : 'command';
        // Taking back a command leaves the words that were typed just before it, and after it.
        if (step === 'command' || lastStep === 'command') undoManager.stopCapturing();
        lastStep = step;
        if (!startsUndoStep(undoManager)) return value;
        return { undoManager, before: sharedSelection(before) };
      },
    },
    appendTransaction(transactions, _before, state) {
      if (!captured || !transactions.some(isFromDocument)) return null;
      return restoreSelection(state, captured);
    },
    view(view) {
      const capture = (transaction: Y.Transaction): void => {
        const bound = boundTo(view.state);
        if (!bound || captured || transaction.origin === ySyncPluginKey) return;
        bound.beforeTransactionSelection = null;
        const shared = sharedSelection(view.state);
        if (shared) captured = { state: view.state, shared };
      };
      const release = (): void => {
        captured = null;
      };
      const { doc } = undoManager;
      doc.on('beforeTransaction', capture);
      doc.on('afterAllTransactions', release);

      undoManager.on('stack-item-added', ({ stackItem, type }) => {
        const selection =
          type === 'undo' ? keeperKey.getState(view.state)?.before : captured?.shared;
        if (selection && !stackItem.meta.has(keeperKey)) stackItem.meta.set(keeperKey, selection);
      });
      undoManager.on('stack-item-popped', ({ stackItem }) => {
        const selection = stackItem.meta.get(keeperKey) as SharedSelection | undefined;
        if (selection) select(view, selection);
      });
      return {
        destroy() {
          doc.off('beforeTransaction', capture);
          doc.off('afterAllTransactions', release);
          undoManager.destroy();
        },
      };
    },
  });
}

/** Text and splits, as opposed to changes of attributes, marks and wrappers. */
function isTyping(tr: Transaction): boolean {
  return tr.steps.every((step) => step instanceof ReplaceStep);
}

function startsUndoStep(undoManager: Y.UndoManager): boolean {
  return undoManager.undoStack.length === 0 || Date.now() - undoManager.lastChange >= UNDO_GROUP_MS;
}

/** Puts the caret back beside the text it stood in, after the document was replaced by a newer one. */
function restoreSelection(state: EditorState, captured: Captured): Transaction | null {
  const { selection: before } = captured.state;
  const anchor = resolve(state, captured, 'anchor');
  const head = before.empty ? anchor : resolve(state, captured, 'head');
  const selection = like(before, state.doc, { anchor, head });
  return selection.eq(state.selection) ? null : state.tr.setSelection(selection);
}

function like(
  before: Selection,
  doc: Node,
  { anchor, head }: { anchor: number; head: number },
): Selection {
  if (before instanceof AllSelection) return new AllSelection(doc);
  if (before instanceof NodeSelection) {
    const node = doc.nodeAt(anchor);
    if (node?.type === before.node.type) return NodeSelection.create(doc, anchor);
  }
  return TextSelection.between(doc.resolve(anchor), doc.resolve(head));
}

function resolve(state: EditorState, captured: Captured, end: 'anchor' | 'head'): number {
  return followText({
    before: captured.state.doc,
    after: state.doc,
    from: captured.state.selection[end],
    resolved: resolveShared(state, captured.shared[end]),
  });
}

function select(view: EditorView, shared: SharedSelection): void {
  const anchor = resolveShared(view.state, shared.anchor);
  const head = resolveShared(view.state, shared.head);
  if (anchor === null || head === null) return;
  const { doc, tr } = view.state;
  view.dispatch(
    tr.setSelection(TextSelection.between(doc.resolve(anchor), doc.resolve(head))).scrollIntoView(),
  );
}
