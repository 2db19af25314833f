/** The other side of `supervised-worker.ts`: what a worker of the engine does around its own task. */
import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseError } from '../storage/storage-error.ts';
import { SharedWriteLock } from '../storage/sqlite/write-lock.ts';
import type { WorkerMessage, WorkerRequest, WorkerStart } from './supervised-worker.ts';
import { SharedWorkerProgress, type WorkerProgress } from '../engine/worker-progress.ts';

export interface WorkerBody<In> extends AsyncDisposable {
  receive(message: In): void;
}

export interface WorkerTools<Data, Out> {
  readonly data: Data;
  readonly progress: WorkerProgress;
  readonly lock: SharedWriteLock;
  readonly send: (message: Out) => void;
}

/** @param create may throw a `DatabaseError`; the worker then says so and ends. */
export function runWorker<Data, In, Out>(
  create: (tools: WorkerTools<Data, Out>) => WorkerBody<In>,
): void {
  const port = parentPort!;
  const data = workerData as Data & WorkerStart;
  const post = (message: WorkerMessage<Out>) => port.postMessage(message);
  let body: WorkerBody<In>;
  try {
    body = create({
      data,
      progress: new SharedWorkerProgress(data.progress),
      lock: new SharedWriteLock(data.lock),
      send: (message) => post({ kind: 'said', message }),
    });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    post({ kind: 'unable', failure: error.failure, detail: error.detail });
    return;
  }
  port.on('message', (request: WorkerRequest<In>) => {
    if (request.kind === 'do') body.receive(request.message);
    else void end();
  });
  const end = async () => {
    await body[Symbol.asyncDispose]();
    port.close();
  };
  post({ kind: 'ready' });
}
