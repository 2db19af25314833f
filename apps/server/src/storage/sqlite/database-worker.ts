/** The thread that executes metadata queries, so that the main thread never waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { StorageError, type StorageFailure } from '../storage-error.ts';
import { LocalExecutor, type SqlResult } from './executor.ts';
import { sqliteError } from './sqlite-error.ts';
import { SharedWriteLock } from './write-lock.ts';
import type { DatabaseWorkerData, SqlReply, SqlRequest } from './worker-executor.ts';

const { path, lock } = workerData as DatabaseWorkerData;
/** A reply waits at most so long for those that follow. */
const MAX_WAIT_MS = 1;
let executor: LocalExecutor | undefined;

parentPort!.on('message', (requests: readonly SqlRequest[]) => void answer(requests));

async function answer(requests: readonly SqlRequest[]): Promise<void> {
  let replies: SqlReply[] = [];
  let sentMs = performance.now();
  for (const request of requests) {
    replies.push(await reply(request));
    if (performance.now() - sentMs < MAX_WAIT_MS) continue;
    parentPort!.postMessage(replies);
    replies = [];
    sentMs = performance.now();
  }
  if (replies.length > 0) parentPort!.postMessage(replies);
}

async function reply({ id, sql, parameters }: SqlRequest): Promise<SqlReply> {
  try {
    return { id, kind: 'done', result: await run(sql, parameters) };
  } catch (error) {
    return { id, kind: 'failed', error: toFailure(error) };
  }
}

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
