/** What the page and the thread that reads files tell each other. */
import type { WorkspaceDocument, WorkspaceManifest } from '../export/workspace-manifest.ts';
import type { FileToImport } from './convert-file.ts';
import type { ImportResult } from './imported.ts';

export type ThreadRequest =
  | { readonly kind: 'file'; readonly file: FileToImport }
  /** Opens a zip file, whose documents are asked for one by one. */
  | { readonly kind: 'workspace'; readonly blob: Blob }
  | { readonly kind: 'document'; readonly document: WorkspaceDocument };

export type WorkspaceResult =
  | { readonly kind: 'workspace'; readonly manifest: WorkspaceManifest }
  | Extract<ImportResult, { readonly kind: 'refused' }>;

export type ThreadAnswer = ImportResult | WorkspaceResult;
