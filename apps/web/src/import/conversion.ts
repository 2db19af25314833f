/** Reads files in a thread of their own. It ends when a file takes too long, or when nobody waits for the result. */
import type { WorkspaceDocument } from '../export/workspace-manifest.ts';
import type { FileToImport } from './convert-file.ts';
import type { ImportResult, RefusalReason } from './imported.ts';
import { IMPORT_LIMITS } from './limits.ts';
import type { ThreadAnswer, ThreadRequest, WorkspaceResult } from './thread-messages.ts';

/** One request at a time. */
export interface FileReading {
  readonly convert: (file: FileToImport, signal: AbortSignal) => Promise<ImportResult>;
  readonly openWorkspace: (blob: Blob, signal: AbortSignal) => Promise<WorkspaceResult>;
  /** Of the workspace that was opened last. */
  readonly readDocument: (
    document: WorkspaceDocument,
    signal: AbortSignal,
  ) => Promise<ImportResult>;
}

export class ConversionThread implements FileReading {
  #worker: Worker | null = null;
  #hasAnswered = false;
  #workspace: Blob | null = null;

  readonly convert: FileReading['convert'] = async (file, signal) =>
    (await this.#ask({ kind: 'file', file }, signal)) as ImportResult;

  readonly openWorkspace: FileReading['openWorkspace'] = async (blob, signal) => {
    this.#workspace = blob;
    return (await this.#ask({ kind: 'workspace', blob }, signal)) as WorkspaceResult;
  };

  readonly readDocument: FileReading['readDocument'] = async (document, signal) => {
    // The thread has ended for an earlier document.
    if (this.#worker === null && this.#workspace !== null) {
      const opened = await this.#ask({ kind: 'workspace', blob: this.#workspace }, signal);
      if (opened.kind === 'refused') return opened;
    }
    return (await this.#ask({ kind: 'document', document }, signal)) as ImportResult;
  };

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#hasAnswered = false;
  }

  #ask(request: ThreadRequest, signal: AbortSignal): Promise<ThreadAnswer> {
    const worker = (this.#worker ??= new Worker(new URL('./import-worker.ts', import.meta.url), {
      type: 'module',
    }));
    return new Promise((resolve) => {
      const end = (answer: ThreadAnswer): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        resolve(answer);
      };
      const fail = (reason: RefusalReason) => (): void => {
        this.close();
        end({ kind: 'refused', reason });
      };
      const abort = fail('unreadable');
      const timer = setTimeout(fail('too-slow'), IMPORT_LIMITS.timeoutMs);
      signal.addEventListener('abort', abort);
      worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => {
        this.#hasAnswered = true;
        end(data);
      };
      // A thread that has never answered has not been loaded.
      worker.onerror = () => fail(this.#hasAnswered ? 'unreadable' : 'not-loaded')();
      worker.postMessage(request);
    });
  }
}
