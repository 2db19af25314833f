/**
 * Executes SQL in a worker thread, so that the main thread never waits for the disk. The requests of one turn
 * of the loop go in one message. When the worker ends, pending requests fail and the next request starts
 * another worker.
 */
import { Worker } from 'node:worker_threads';
import { StorageError, type StorageFailure } from '../storage-error.ts';
import type { SqlExecutor, SqlResult } from './executor.ts';
import { sqliteError } from './sqlite-error.ts';
import { releaseWriteLock } from './write-lock.ts';

export interface SqlRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type SqlReply =
  | { readonly id: number; readonly kind: 'done'; readonly result: SqlResult }
  | { readonly id: number; readonly kind: 'failed'; readonly error: StorageFailure };

export interface DatabaseWorkerData {
  readonly path: string;
  readonly lock: SharedArrayBuffer;
}

interface Waiting {
  readonly resolve: (result: SqlResult) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerExecutor implements SqlExecutor {
  readonly #workerUrl: URL;
  readonly #data: DatabaseWorkerData;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #unsent: SqlRequest[] = [];
  #lastId = 0;

  constructor({ workerUrl, ...data }: DatabaseWorkerData & { readonly workerUrl: URL }) {
    this.#workerUrl = workerUrl;
    this.#data = data;
  }

  execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    const id = ++this.#lastId;
    if (this.#unsent.push({ id, sql, parameters }) === 1) setImmediate(() => this.#send());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #send(): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(this.#unsent);
    this.#unsent = [];
  }

  #start(): Worker {
    const worker = new Worker(this.#workerUrl, { workerData: this.#data, name: 'database' });
    // Not available after the worker's exit.
    const { threadId } = worker;
    let reason = 'the database worker ended';
    worker.on('message', (replies: readonly SqlReply[]) =>
      replies.forEach((reply) => this.#settle(reply)),
    );
    worker.on('error', (error: Error) => (reason = error.message));
    worker.on('exit', () => {
      this.#worker = undefined;
      releaseWriteLock(this.#data.lock, threadId);
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of waiting) reject(sqliteError('request-failed', reason));
    });
    return worker;
  }

  #settle(reply: SqlReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') waiting?.resolve(reply.result);
    else waiting?.reject(new StorageError(reply.error));
  }
}
