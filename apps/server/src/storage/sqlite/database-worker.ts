/** The thread that executes metadata queries, so that the main thread never waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { StorageError, type StorageFailure } from '../storage-error.ts';
import { LocalExecutor, type SqlResult } from './executor.ts';
import { sqliteError } from './sqlite-error.ts';
import { SharedWriteLock } from './write-lock.ts';
import type { DatabaseWorkerData, SqlReply, SqlRequest } from './worker-executor.ts';

const { path, lock } = workerData as DatabaseWorkerData;
let executor: LocalExecutor | undefined;

parentPort!.on('message', ({ id, sql, parameters }: SqlRequest) => {
  void run(sql, parameters)
    .then(
      (result): SqlReply => ({ id, kind: 'done', result }),
      (error: unknown): SqlReply => ({ id, kind: 'failed', error: toFailure(error) }),
    )
    .then((reply) => parentPort!.postMessage(reply));
});

async function run(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
  // Opens the file with the first request, so that a failure to open answers that request.
  executor ??= new LocalExecutor(path, new SharedWriteLock(lock));
  return await executor.execute(sql, parameters);
}

function toFailure(error: unknown): StorageFailure {
  if (error instanceof StorageError) return error.toFailure();
  const detail = error instanceof Error ? error.message : String(error);
  return sqliteError('request-failed', detail).toFailure();
}
