/** A copy of a document, with its text and its files, and without its comments, its chat and its history. */
import type { Client, DocumentSession } from '@tandem/client';
import { readPage, referencedFiles } from '@tandem/document';
import { can, childrenOf, positionBetween, type LibraryState } from '@tandem/protocol';
import {
  createDocument,
  type CreationOptions,
  type CreationResult,
} from '../import/create-document.ts';
import { documentFiles } from '../uploads/document-files.ts';

interface Duplicate {
  readonly session: Pick<DocumentSession, 'id' | 'doc' | 'loaded'>;
  readonly title: string;
  readonly library: LibraryState | null;
}

type DuplicateResult =
  | CreationResult
  /** The server copies the files, from which it must not be parted. */
  | { readonly kind: 'files-need-server' };

export async function duplicateDocument(
  { session, title, library }: Duplicate,
  client: CreationOptions['client'] & Pick<Client, 'connection'>,
): Promise<DuplicateResult> {
  await session.loaded;
  const files = referencedFiles(session.doc);
  if (files.length > 0 && client.connection.state.kind !== 'connected')
    return { kind: 'files-need-server' };
  const uploadsOf = (document: string) => documentFiles(document).uploads();
  const imported = { title: null, blocks: readPage(session.doc), files: [], losses: [] };
  const created = await createDocument(
    { imported, title, ...placeBeside(library, session.id) },
    { client, uploadsOf, signal: new AbortController().signal },
  );
  if (created.kind === 'created' && files.length > 0)
    (await uploadsOf(created.document)).copy(files);
  return created;
}

/** After the original where this person may put it, else at the top of their own list. */
export function placeBeside(
  library: LibraryState | null,
  id: string,
): { readonly parent: string | null; readonly position?: string } {
  const documents = library?.documents ?? [];
  const original = documents.find((listed) => listed.id === id);
  if (original === undefined) return { parent: null };
  const { parent, position: before } = original;
  const around = documents.find((listed) => listed.id === parent);
  const mayWrite = around !== undefined && can({ role: around.role, lifecycle: 'active' }, 'write');
  if (parent !== null && !mayWrite) return { parent: null };
  const beside = childrenOf(documents).get(parent) ?? [];
  const after = beside[beside.findIndex((listed) => listed.id === id) + 1]?.position ?? null;
  const position = positionBetween(before, after) ?? undefined;
  return { parent, ...(position !== undefined && { position }) };
}
