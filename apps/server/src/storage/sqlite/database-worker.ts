/** The thread that waits for the disk on behalf of the metadata queries. */
import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseError } from '../storage-error.ts';
import { LocalExecutor, type SqlResult } from './executor.ts';
import { SharedWriteLock } from './write-lock.ts';
import type { DatabaseWorkerData, SqlReply, SqlRequest } from './worker-executor.ts';

const { path, lock } = workerData as DatabaseWorkerData;
let executor: LocalExecutor | undefined;

parentPort!.on('message', ({ id, sql, parameters }: SqlRequest) => {
  void run(sql, parameters)
    .then(
      (result): SqlReply => ({ id, kind: 'done', result }),
      (error: unknown): SqlReply => ({ id, kind: 'failed', ...description(error) }),
    )
    .then((reply) => parentPort!.postMessage(reply));
});

async function run(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
  // Opened with the first request, so that a file which cannot be opened answers that request.
  executor ??= new LocalExecutor(path, new SharedWriteLock(lock));
  return await executor.execute(sql, parameters);
}

function description(error: unknown): Pick<SqlReply & { kind: 'failed' }, 'failure' | 'detail'> {
  if (error instanceof DatabaseError) return { failure: error.failure, detail: error.detail };
  return { failure: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
