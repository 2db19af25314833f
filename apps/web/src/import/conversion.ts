/** Converts files in a thread of their own. It ends when a file takes too long, or when nobody waits for the result. */
import type { FileToImport } from './convert-file.ts';
import type { ImportResult } from './imported.ts';
import { IMPORT_LIMITS } from './limits.ts';

export type Convert = (file: FileToImport, signal: AbortSignal) => Promise<ImportResult>;

export class ConversionThread {
  #worker: Worker | null = null;

  /** One file at a time. */
  readonly convert: Convert = (file, signal) => {
    const worker = (this.#worker ??= new Worker(new URL('./import-worker.ts', import.meta.url), {
      type: 'module',
    }));
    return new Promise((resolve) => {
      const end = (result: ImportResult): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        resolve(result);
      };
      const fail = (reason: 'too-slow' | 'unreadable') => (): void => {
        this.close();
        end({ kind: 'refused', reason });
      };
      const abort = fail('unreadable');
      const timer = setTimeout(fail('too-slow'), IMPORT_LIMITS.timeoutMs);
      signal.addEventListener('abort', abort);
      worker.onmessage = ({ data }: MessageEvent<ImportResult>) => end(data);
      worker.onerror = fail('unreadable');
      worker.postMessage(file);
    });
  };

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
