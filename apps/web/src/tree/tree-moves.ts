/** Where a document comes by a drop or a key, as input of `document:move`. */
import { can, positionBetween, type Call } from '@tandem/protocol';
import { isWithin, type Children, type DocumentRow, type TreeDocument } from './tree-rows.ts';

export type MoveInput = Extract<Call, { name: 'document:move' }>['input'];

export interface DropTarget {
  readonly document: TreeDocument;
  readonly where: 'before' | 'inside' | 'after';
}

interface Tree {
  readonly documents: readonly TreeDocument[];
  readonly children: Children;
}

/** @returns null where it may not come, or is already. */
export function dropInput(
  tree: Tree,
  moved: TreeDocument,
  { document, where }: DropTarget,
): MoveInput | null {
  const parent = where === 'inside' ? document.id : document.parent;
  if (document.id === moved.id || !mayMove(tree, moved, parent)) return null;
  if (where === 'inside') return { document: moved.id, parent };
  const siblings = besides(tree, parent, moved);
  const at = siblings.findIndex(({ id }) => id === document.id) + (where === 'after' ? 1 : 0);
  return toInput(moved, { parent, siblings, at });
}

/** By one place among those beside it, or in or out by one level. */
export function stepInput(
  tree: Tree,
  moved: TreeDocument,
  step: 'up' | 'down' | 'in' | 'out',
): MoveInput | null {
  const beside = tree.children.get(moved.parent) ?? [];
  const at = beside.findIndex(({ id }) => id === moved.id);
  if (step === 'out') {
    const around = tree.documents.find(({ id }) => id === moved.parent);
    return around === undefined
      ? null
      : dropInput(tree, moved, { document: around, where: 'after' });
  }
  const neighbour = beside[step === 'down' ? at + 1 : at - 1];
  if (neighbour === undefined) return null;
  const where = step === 'in' ? 'inside' : step === 'up' ? 'before' : 'after';
  return dropInput(tree, moved, { document: neighbour, where });
}

/** Which part of a row the pointer is over: its edges are the places beside it. */
export function dropPlace(row: DocumentRow, ratio: number): DropTarget {
  const where = ratio < EDGE ? 'before' : ratio > 1 - EDGE && !row.isExpanded ? 'after' : 'inside';
  return { document: row.document, where };
}

const EDGE = 0.28;

/** What the server decides as well, as far as it is known here (TR4, TR7). */
export function mayMove(
  tree: Pick<Tree, 'documents'>,
  moved: TreeDocument,
  parent: string | null,
): boolean {
  if (isWithin(tree.documents, parent, moved.id)) return false;
  const standing = { role: moved.role, lifecycle: 'active' } as const;
  if (!can(standing, 'write')) return false;
  if (parent === null) return can(standing, 'share');
  const around = tree.documents.find(({ id }) => id === parent);
  return around !== undefined && can({ role: around.role, lifecycle: 'active' }, 'write');
}

function besides({ children }: Tree, parent: string | null, moved: TreeDocument) {
  return (children.get(parent) ?? []).filter(({ id }) => id !== moved.id);
}

function toInput(
  moved: TreeDocument,
  {
    parent,
    siblings,
    at,
  }: {
    readonly parent: string | null;
    readonly siblings: readonly TreeDocument[];
    readonly at: number;
  },
): MoveInput | null {
  const before = siblings[at - 1]?.position ?? null;
  const position = positionBetween(before, siblings[at]?.position ?? null) ?? undefined;
  if (moved.parent === parent && moved.position === position) return null;
  return { document: moved.id, parent, position };
}
