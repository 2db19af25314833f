/** Asks for the dialog that imports files. It is loaded when it opens for the first time. */
import { Observable } from '../runtime/observable.ts';

export interface ImportRequest {
  /** Empty: the person chooses in the dialog. */
  readonly files: readonly File[];
  /** The document in which the new ones are; null for the top of the tree. */
  readonly parent: string | null;
}

export const importRequest = new Observable<ImportRequest | null>(null);

export function requestImport(parent: string | null, files: readonly File[] = []): void {
  importRequest.set({ files, parent });
}
