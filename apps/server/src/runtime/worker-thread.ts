/** The worker thread's side of `worker-supervisor.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { SharedWorkerProgress, type WorkerProgress } from './worker-progress.ts';
import type {
  ErrorTransfer,
  WorkerMessage,
  WorkerRequest,
  WorkerStart,
} from './worker-supervisor.ts';

export interface WorkerBody<In> extends AsyncDisposable {
  receive(message: In): void;
}

export interface WorkerTools<Data, Out> {
  readonly data: Data;
  readonly progress: WorkerProgress;
  /** @param moved buffers that the other thread gets, and this one loses. */
  readonly send: (message: Out, moved?: readonly ArrayBuffer[]) => void;
}

/** @param options.create may throw an error of `errors`; the supervisor's `start` then rejects with it. */
export function runWorker<Data, In, Out>({
  errors,
  create,
}: {
  readonly errors: ErrorTransfer;
  readonly create: (tools: WorkerTools<Data, Out>) => WorkerBody<In>;
}): void {
  const port = parentPort!;
  const data = workerData as Data & WorkerStart;
  const post = (message: WorkerMessage<Out>, moved: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, [...moved]);
  const progress = new SharedWorkerProgress(data.progress);
  let body: WorkerBody<In>;
  try {
    body = create({
      data,
      progress,
      send: (message, moved) => post({ kind: 'message', message }, moved),
    });
  } catch (error) {
    const failure = errors.toData(error);
    if (failure === null) throw error;
    post({ kind: 'failed', error: failure });
    return;
  }
  port.on('message', (request: WorkerRequest<In>) => {
    progress.receive();
    if (request.kind === 'message') body.receive(request.message);
    else void end();
  });
  const end = async () => {
    await body[Symbol.asyncDispose]();
    port.close();
  };
  post({ kind: 'ready' });
}
