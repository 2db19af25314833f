/** The thread that checks the database at the start, so that the server answers health requests meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { StartupError } from '../../runtime/startup-error.ts';
import { checkDatabase, type UncleanRun } from './database-check.ts';
import { StorageError, type StorageFailure } from '../storage-error.ts';

export interface DatabaseCheckData {
  readonly path: string;
  readonly lastRun: UncleanRun | null;
}

export type DatabaseCheckResult =
  | { readonly kind: 'usable' }
  | { readonly kind: 'problem'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly error: StorageFailure };

const { path, lastRun } = workerData as DatabaseCheckData;

function check(): DatabaseCheckResult {
  try {
    checkDatabase(path, { lastRun });
    return { kind: 'usable' };
  } catch (error) {
    if (error instanceof StartupError) return { kind: 'problem', sentence: error.message };
    if (!(error instanceof StorageError)) throw error;
    return { kind: 'failed', error: error.toFailure() };
  }
}

parentPort!.postMessage(check());
