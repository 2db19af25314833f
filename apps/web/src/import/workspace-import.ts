/** Makes the documents of an exported workspace again, with their tree, under new ids. */
import { positionAtTime } from '@tandem/protocol';
import type { FileReading } from './conversion.ts';
import type { CreationResult, NewDocument } from './create-document.ts';
import { type Loss, type LossKind, Losses, type RefusalReason } from './imported.ts';

export interface WorkspaceImportOptions {
  readonly reading: Pick<FileReading, 'openWorkspace' | 'readDocument'>;
  readonly create: (document: NewDocument, signal: AbortSignal) => Promise<CreationResult>;
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

/** How the report counts a document that could not be read. All others are damaged. */
const LOSSES: Readonly<Partial<Record<RefusalReason, LossKind>>> = {
  data: 'dataDocuments',
  'too-large': 'largeDocuments',
  'too-long': 'largeDocuments',
  'too-slow': 'slowDocuments',
  'not-loaded': 'unloadedDocuments',
};

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
    const result = signal.aborted ? null : await reading.readDocument(document, signal);
    if (result === null || signal.aborted) {
      losses.add('cancelledDocuments', documents.length - index);
      break;
    }
    if (result.kind === 'refused') {
      losses.add(LOSSES[result.reason] ?? 'damagedDocuments');
      continue;
    }
    const { imported } = result;
    const position = positionAtTime(now - index);
    const given = { imported, title: document.title, parent, position };
    // It fails before a document is there, when its code cannot be loaded.
    const made = await create(given, signal).catch(() => null);
    if (made === null) {
      losses.add('unloadedDocuments');
      continue;
    }
    if (made.kind === 'refused') {
      losses.add('refusedDocuments');
      continue;
    }
    losses.addAll(imported.losses);
    if (made.kind === 'created') losses.addAll(made.losses);
    else losses.add('incompleteDocuments');
    places.set(document.id, made.document);
    first ??= made.document;
    created++;
  }
  return { kind: 'imported', documents: created, first, losses: losses.list() };
}
