/** The tree as rows of a list: what is inside an expanded document follows it, one level further in. */
import { childrenOf, inTreeOrder, type ListedDocument, type TreePlace } from '@tandem/protocol';

export type TreeDocument = Pick<
  ListedDocument,
  'id' | 'title' | 'role' | 'parent' | 'position' | 'isNew' | 'isTemplate' | 'chatRead'
>;

export interface LoadedPart {
  readonly state: 'loading' | 'loaded' | 'failed';
  /** Where the documents beside each other continue that are not loaded. */
  readonly next: TreePlace | null;
}

export interface DocumentRow {
  readonly kind: 'document';
  readonly document: TreeDocument;
  /** 1 at the top. */
  readonly level: number;
  readonly isExpanded: boolean;
  /** False once it is known that nothing is inside. */
  readonly mayHaveChildren: boolean;
  readonly place: number;
  /** -1 while not all documents beside it are known. */
  readonly count: number;
}

/** Stands for what is inside a document, or at the top, and is not there. */
export interface PartRow {
  readonly kind: 'empty' | 'loading' | 'failed' | 'more';
  readonly parent: string | null;
  readonly level: number;
}

export type TreeRow = DocumentRow | PartRow;

export type Children = ReadonlyMap<string | null, readonly TreeDocument[]>;

export interface TreeState {
  readonly children: Children;
  readonly expanded: ReadonlySet<string>;
  readonly parts: ReadonlyMap<string | null, LoadedPart>;
}

export function toChildren(documents: readonly TreeDocument[]): Children {
  return childrenOf(documents);
}

export function treeRows(state: TreeState): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  addRows(rows, state, { parent: null, level: 1 });
  return rows;
}

export function keyOfRow(row: TreeRow): string {
  return row.kind === 'document' ? row.document.id : `${row.kind} in ${row.parent ?? ''}`;
}

/** The documents around a document, the outermost first. */
export function pathOf(documents: readonly TreeDocument[], id: string): readonly TreeDocument[] {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const path: TreeDocument[] = [];
  for (
    let at = byId.get(byId.get(id)?.parent ?? '');
    at !== undefined && !path.includes(at);
    at = byId.get(at.parent ?? '')
  )
    path.unshift(at);
  return path;
}

/** Whether `document` is `ancestor` or inside it. */
export function isWithin(
  documents: readonly TreeDocument[],
  document: string | null,
  ancestor: string,
): boolean {
  if (document === null) return false;
  return document === ancestor || pathOf(documents, document).some(({ id }) => id === ancestor);
}

function addRows(
  rows: TreeRow[],
  state: TreeState,
  { parent, level }: { readonly parent: string | null; readonly level: number },
): void {
  const part = state.parts.get(parent);
  const next = part?.next ?? null;
  const known = state.children.get(parent) ?? [];
  // What lies beyond the loaded part would be in the wrong place.
  const shown = next === null ? known : known.filter((place) => inTreeOrder(place, next) <= 0);
  const isComplete = part?.state === 'loaded' && next === null;
  for (const [index, document] of shown.entries()) {
    const { id } = document;
    const inside = state.parts.get(id);
    const hasChildren = (state.children.get(id)?.length ?? 0) > 0;
    const isExpanded = state.expanded.has(id);
    rows.push({
      kind: 'document',
      document,
      level,
      isExpanded,
      mayHaveChildren: hasChildren || inside?.state !== 'loaded',
      place: index + 1,
      count: isComplete ? shown.length : -1,
    });
    if (isExpanded) addRows(rows, state, { parent: id, level: level + 1 });
  }
  if (part?.state === 'failed') rows.push({ kind: 'failed', parent, level });
  // What was never asked for is asked for once it is on the screen.
  else if (next !== null || (part === undefined && shown.length > 0))
    rows.push({ kind: 'more', parent, level });
  else if (shown.length === 0) rows.push({ kind: isComplete ? 'empty' : 'loading', parent, level });
}
