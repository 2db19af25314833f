/** Makes the documents of an exported workspace again, with their tree, under new ids. */
import { positionAtTime } from '@tandem/protocol';
import type { FileReading } from './conversion.ts';
import type { CreationResult, NewDocument } from './create-document.ts';
import { type Loss, Losses, type RefusalReason } from './imported.ts';

export interface WorkspaceImportOptions {
  readonly reading: Pick<FileReading, 'openWorkspace' | 'readDocument'>;
  readonly create: (document: NewDocument) => Promise<CreationResult>;
  /** The document in which the outermost ones are put. */
  readonly parent: string | null;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, count: number) => void;
}

export type WorkspaceImport =
  | {
      readonly kind: 'imported';
      readonly documents: number;
      /** The first of them. */
      readonly first: string | null;
      readonly losses: readonly Loss[];
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export async function importWorkspace(
  blob: Blob,
  { reading, create, parent: around, now, signal, onProgress }: WorkspaceImportOptions,
): Promise<WorkspaceImport> {
  const opened = await reading.openWorkspace(blob, signal);
  if (opened.kind === 'refused') return opened;
  const { documents } = opened.manifest;
  const losses = new Losses();
  /** New ids by old ones. What is inside a document that could not be imported takes its place. */
  const places = new Map<string, string | null>();
  let first: string | null = null;
  let created = 0;
  for (const [index, document] of documents.entries()) {
    onProgress(index, documents.length);
    if (document === null) {
      losses.add('damagedDocuments');
      continue;
    }
    const parent = (document.parent === null ? null : places.get(document.parent)) ?? around;
    places.set(document.id, parent);
    const result = await reading.readDocument(document, signal);
    if (signal.aborted) {
      losses.add('cancelledDocuments', documents.length - index);
      break;
    }
    if (result.kind === 'refused') {
      losses.add(result.reason === 'data' ? 'dataDocuments' : 'damagedDocuments');
      continue;
    }
    const { imported } = result;
    for (const { kind, count } of imported.losses) losses.add(kind, count);
    const position = positionAtTime(now - index);
    const made = await create({ imported, title: document.title, parent, position });
    if (made.kind === 'refused') {
      losses.add('refusedDocuments');
      continue;
    }
    places.set(document.id, made.document);
    first ??= made.document;
    created++;
  }
  return { kind: 'imported', documents: created, first, losses: losses.list() };
}
