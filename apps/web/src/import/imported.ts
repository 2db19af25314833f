/** What a file becomes, before a document is made of it. */
import type { Block } from '@tandem/document';
import type { ExportedThread } from '../export/exported-comments.ts';
import type { ExportedChatMessage } from '../export/exported-messages.ts';

export interface ImportedFile {
  /** As the blocks name it. The upload gives it another one. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Goes from thread to thread without a copy. */
  readonly blob: Blob;
}

export interface ImportedDocument {
  /** Null: the name of the file is used. */
  readonly title: string | null;
  readonly blocks: readonly Block[];
  readonly files: readonly ImportedFile[];
  readonly comments?: readonly ExportedThread[];
  /** Null keeps the place of a message that cannot be read. */
  readonly chat?: readonly (ExportedChatMessage | null)[];
  readonly losses: readonly Loss[];
}

/** What a document cannot hold, or what is not in the file. */
export type LossKind =
  | 'tables'
  | 'remoteImages'
  | 'missingImages'
  | 'movedImages'
  | 'embeds'
  | 'forms'
  | 'html'
  | 'properties'
  | 'formulas'
  | 'comments'
  | 'marginalia'
  | 'deletions'
  | 'styles'
  | 'encoding'
  | 'plain'
  | 'linkedImages'
  | 'imageLinks'
  | 'title'
  | 'missingFiles'
  | 'largeFiles'
  | 'refusedFiles'
  | 'unsentFiles'
  | 'cancelledFiles'
  | 'damagedDocuments'
  | 'dataDocuments'
  | 'largeDocuments'
  | 'slowDocuments'
  | 'unloadedDocuments'
  | 'incompleteDocuments'
  | 'unsentDocuments'
  | 'refusedDocuments'
  | 'cancelledDocuments'
  | 'loweredFiles'
  | 'shownDocuments'
  | 'missingLinks'
  | 'deadLinks'
  | 'unusedFiles'
  | 'damagedComments'
  | 'excessComments'
  | 'unreadableComments'
  | 'damagedMessages'
  | 'unreadableChats'
  | 'damagedReactions'
  | 'refusedMessages'
  | 'unwrittenMessages'
  | 'cancelledMessages'
  | 'unsentMessages';

export interface Loss {
  readonly kind: LossKind;
  readonly count: number;
}

export type RefusalReason =
  | 'too-many'
  | 'empty'
  | 'too-large'
  | 'too-long'
  | 'too-deep'
  | 'too-slow'
  | 'unknown-type'
  | 'unreadable'
  | 'unsafe'
  | 'not-loaded'
  | 'no-documents'
  | 'too-new'
  | 'data';

export type ImportResult =
  | { readonly kind: 'imported'; readonly imported: ImportedDocument }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/** Thrown where a file is read; `convertFile` makes a result of it. */
export class RefusedFile extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(`refused: ${reason}`);
    this.reason = reason;
  }
}

export class Losses {
  readonly #counts = new Map<LossKind, number>();

  add(kind: LossKind, count = 1): void {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  addAll(losses: readonly Loss[]): void {
    for (const { kind, count } of losses) this.add(kind, count);
  }

  list(): readonly Loss[] {
    return [...this.#counts].map(([kind, count]) => ({ kind, count }));
  }
}
