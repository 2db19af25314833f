/** What the page and the thread that reads files tell each other. */
import type { ArchiveContents, ArchivedText } from './archive.ts';
import type { FileToImport } from './convert-file.ts';
import type { ImportResult } from './imported.ts';

export type ThreadRequest =
  | { readonly kind: 'file'; readonly file: FileToImport }
  /** Opens a zip file, whose documents are asked for one by one. */
  | { readonly kind: 'archive'; readonly blob: Blob }
  | { readonly kind: 'document'; readonly index: number };

type Refusal = Extract<ImportResult, { readonly kind: 'refused' }>;

export type ArchiveResult =
  | { readonly kind: 'archive'; readonly contents: ArchiveContents }
  | Refusal;

export type ArchivedTextResult = ({ readonly kind: 'imported' } & ArchivedText) | Refusal;

export type ThreadAnswer = ImportResult | ArchiveResult | ArchivedTextResult;
