/** Where a person may move a document, for a search among their documents. */
import { searchWords } from '@tandem/protocol';
import { hasWords } from '../documents/shown-document.ts';
import { mayMove } from './tree-moves.ts';
import { pathOf, type Children, type TreeDocument } from './tree-rows.ts';

export interface MoveTarget {
  /** Null: the top of the tree. */
  readonly parent: string | null;
  readonly title: string;
  /** Titles of the documents around it, the outermost first. */
  readonly path: readonly string[];
}

const MAX_TARGETS = 50;

/**
 * Without a search, the documents as they are listed. The server decides again (TR4, TR7): a search of it also finds
 * documents that this page has not loaded, and does not say whether one may write in them.
 */
export function moveTargets(
  search: string,
  {
    documents,
    children,
    moved,
    found,
  }: {
    readonly documents: readonly TreeDocument[];
    readonly children: Children;
    readonly moved: TreeDocument;
    readonly found: readonly { readonly document: string; readonly title: string }[];
  },
): readonly MoveTarget[] {
  const tree = { documents, children };
  const isAsked = searchWords(search).length > 0;
  const mayTake = ({ id }: TreeDocument) => id !== moved.parent && mayMove(tree, moved, id);
  const listed = documents
    .filter((document) => (!isAsked || hasWords(document.title, search)) && mayTake(document))
    .slice(0, MAX_TARGETS)
    .map(({ id, title }) => ({
      parent: id,
      title,
      path: pathOf(documents, id).map((around) => around.title),
    }));
  const known = new Set(documents.map(({ id }) => id));
  const further = found
    .filter(({ document, title }) => !known.has(document) && hasWords(title, search))
    .map(({ document, title }) => ({ parent: document, title, path: [] }));
  const top = { parent: null, title: '', path: [] };
  const isAtTop = moved.parent === null || !mayMove(tree, moved, null);
  return [...(isAsked || isAtTop ? [] : [top]), ...listed, ...further];
}
