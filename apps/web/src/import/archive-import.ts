/** Makes the documents of a zip file, with their tree and the links between them, under new ids. */
import { newDocumentId } from '@tandem/client';
import type { Block } from '@tandem/document';
import { positionAtTime } from '@tandem/protocol';
import type { FileReading } from './conversion.ts';
import type { CreationResult, NewDocument } from './create-document.ts';
import { withNewLinks } from './document-links.ts';
import { type Loss, type LossKind, Losses, type RefusalReason } from './imported.ts';

export interface ArchiveImportOptions {
  readonly reading: Pick<FileReading, 'openArchive' | 'readDocument'>;
  readonly create: (document: NewDocument, signal: AbortSignal) => Promise<CreationResult>;
  /** The document in which the outermost ones are put. */
  readonly parent: string | null;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, count: number) => void;
}

export type ArchiveImport =
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

export async function importArchive(
  blob: Blob,
  { reading, create, parent: around, now, signal, onProgress }: ArchiveImportOptions,
): Promise<ArchiveImport> {
  const opened = await reading.openArchive(blob, signal);
  if (opened.kind === 'refused') return opened;
  const { documents, attachments } = opened.contents;
  const losses = new Losses();
  const newIds = documents.map(() => newDocumentId());
  const links = new Links(
    documents.flatMap((document, index) =>
      document === null ? [] : [[document.id, newIds[index]!]],
    ),
  );
  /** New ids by old ones. What is inside a document that could not be imported takes its place. */
  const places = new Map<string, string | null>();
  const used = new Set<string>();
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
    const result = signal.aborted ? null : await reading.readDocument(index, signal);
    if (result === null || signal.aborted) {
      losses.add('cancelledDocuments', documents.length - index);
      break;
    }
    if (result.kind === 'refused') {
      losses.add(LOSSES[result.reason] ?? 'damagedDocuments');
      continue;
    }
    const { imported } = result;
    for (const path of result.attachments) used.add(path);
    const given: NewDocument = {
      document: newIds[index]!,
      imported: { ...imported, blocks: links.change(imported.blocks) },
      title: imported.title ?? document.title,
      parent,
      position: positionAtTime(now - index),
    };
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
    links.add(newIds[index]!);
    first ??= made.document;
    created++;
  }
  if (!signal.aborted) losses.add('unusedFiles', attachments - used.size);
  losses.add('deadLinks', links.dead);
  return { kind: 'imported', documents: created, first, losses: losses.list() };
}

class Links {
  readonly #ids: ReadonlyMap<string, string>;
  readonly #used: string[] = [];
  readonly #there = new Set<string>();

  constructor(ids: readonly (readonly [string, string])[]) {
    this.#ids = new Map(ids);
  }

  change(blocks: readonly Block[]): readonly Block[] {
    return withNewLinks(blocks, this.#ids, (id) => this.#used.push(this.#ids.get(id)!));
  }

  add(document: string): void {
    this.#there.add(document);
  }

  /** Links to documents that could not be imported. */
  get dead(): number {
    return this.#used.filter((document) => !this.#there.has(document)).length;
  }
}
