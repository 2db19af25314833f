import { Fragment, type Node } from '@tiptap/pm/model';
import {
  type EditorState,
  NodeSelection,
  type Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { compareRelativePositions } from 'yjs';

import { resolveShared, sharedSelection, type SharedSelection } from '../binding/binding.ts';
import { isText } from '../block-commands.ts';
import { newBlockId } from '../new-block-id.ts';
import type { AddedFile, EditorFiles } from './editor-files.ts';

export interface InsertedFiles {
  readonly files: EditorFiles;
  readonly chosen: readonly File[];
  /** Where the caret was when they were chosen; null: where it is. */
  readonly at: SharedSelection | null;
}

/**
 * Puts files into the text, below the block with the caret or in the place of an empty one, and begins to upload
 * them. They are in the text at once, for everybody. The caret follows, unless the person has gone on meanwhile.
 */
export async function insertFiles(
  view: EditorView,
  { files, chosen, at }: InsertedFiles,
): Promise<'inserted' | 'too-many' | 'not-editable'> {
  const uploads = await files.uploads();
  if (view.isDestroyed || !view.editable) return 'not-editable';
  const added = uploads.add(chosen);
  if (added === null) return 'too-many';
  const left = placeLeft(view.state, at);
  const { tr } = view.state;
  const after = insertBlocks(tr, added, left ?? view.state.selection);
  if (left === null) tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView();
  view.dispatch(tr.setMeta('paste', true));
  if (left === null) view.focus();
  for (const file of added) if (file.kind === 'image') void measure(view, file);
  return 'inserted';
}

/** Null: the caret is still there, or that place is unknown. */
function placeLeft(state: EditorState, at: SharedSelection | null): Selection | null {
  const now = sharedSelection(state);
  if (at === null || now === null || compareRelativePositions(at.head, now.head)) return null;
  const place = resolveShared(state, at.head);
  // Somebody may have deleted the letter before it.
  if (place === null || place === state.selection.head) return null;
  return TextSelection.create(state.doc, place);
}

/** @returns the position behind them, where a text block is */
function insertBlocks(tr: Transaction, added: readonly AddedFile[], place: Selection): number {
  const { nodes } = tr.doc.type.schema;
  const blocks = added.map(({ id, name, size, kind }) =>
    nodes[kind]!.create({ id: newBlockId(), file: id, name, size: size > 0 ? size : null }),
  );
  const pos = placeFor(place);
  tr.insert(pos, blocks);
  const after = pos + Fragment.from(blocks).size;
  if (!tr.doc.resolve(after).nodeAfter?.isTextblock)
    tr.insert(after, nodes['textBlock']!.create({ id: newBlockId() }));
  return after;
}

function placeFor(selection: Selection): number {
  if (selection instanceof NodeSelection) return selection.to;
  const { $to } = selection;
  const { parent } = $to;
  if (!parent.isTextblock) return $to.pos;
  const isEmpty = isText(parent) && parent.content.size === 0;
  return isEmpty ? $to.before() : $to.after();
}

/** The size in pixels keeps the text in its place while the image loads, also for others. */
async function measure(view: EditorView, { id, blob }: AddedFile): Promise<void> {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (bitmap === null) return;
  const { width, height } = bitmap;
  bitmap.close();
  if (view.isDestroyed) return;
  const { tr, doc } = view.state;
  doc.descendants((node: Node, pos) => {
    if (node.attrs['file'] !== id || node.attrs['width'] !== null) return !node.isTextblock;
    tr.setNodeAttribute(pos, 'width', width).setNodeAttribute(pos, 'height', height);
    return false;
  });
  // An undo takes the image away, and not its size.
  if (tr.docChanged) view.dispatch(tr.setMeta('addToHistory', false));
}
