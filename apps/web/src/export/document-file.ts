/** Reads an uploaded file: from this device while it waits to be sent, or from the server. */
import { filePath } from '@tandem/protocol';
import { documentFiles } from '../uploads/document-files.ts';
import type { ReadFile } from './exported-files.ts';

export function documentFileReader(document: string, fetch: typeof globalThis.fetch): ReadFile {
  const { uploads } = documentFiles(document);
  return async (file) => {
    const waiting = (await uploads()).blob(file);
    if (waiting !== null) return waiting;
    try {
      const answer = await fetch(filePath(document, file));
      return answer.ok ? await answer.blob() : null;
    } catch {
      return null;
    }
  };
}
