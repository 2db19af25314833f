/**
 * The connection in a worker, so that the gateway never waits for a disk. A worker that ends fails
 * what it was asked, and the next request starts another.
 */
import { Worker } from 'node:worker_threads';
import { DatabaseError, type DatabaseFailure } from '../storage-error.ts';
import type { SqlExecutor, SqlResult } from './executor.ts';
import { releaseWriteLock, writeLockMemory } from './write-lock.ts';

export interface SqlRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type SqlReply =
  | { readonly id: number; readonly kind: 'done'; readonly result: SqlResult }
  | {
      readonly id: number;
      readonly kind: 'failed';
      readonly failure: DatabaseFailure;
      readonly detail: string;
    };

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
  #lastId = 0;

  constructor(options: { readonly path: string; readonly workerUrl: URL }) {
    this.#workerUrl = options.workerUrl;
    this.#data = { path: options.path, lock: writeLockMemory(options.path) };
  }

  execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, sql, parameters } satisfies SqlRequest);
    });
  }

  /** Ends the worker; what is still waiting fails. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#workerUrl, { workerData: this.#data, name: 'database' });
    // Gone when the worker is.
    const { threadId } = worker;
    let reason = 'the database worker ended';
    worker.on('message', (reply: SqlReply) => this.#settle(reply));
    worker.on('error', (error: Error) => (reason = error.message));
    worker.on('exit', () => {
      this.#worker = undefined;
      releaseWriteLock(this.#data.lock, threadId);
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of waiting) reject(new DatabaseError('failed', reason));
    });
    return worker;
  }

  #settle(reply: SqlReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') waiting?.resolve(reply.result);
    else waiting?.reject(new DatabaseError(reply.failure, reply.detail));
  }
}
