/** The thread that reads the database at the start, so that the server answers meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { StartupError } from '../../runtime/startup-error.ts';
import { checkDatabase, type LastRun } from './database-check.ts';
import { DatabaseError, type DatabaseFailure } from '../storage-error.ts';

export interface DatabaseCheckData {
  readonly path: string;
  readonly lastRun: LastRun | null;
}

export type DatabaseCheckResult =
  | { readonly kind: 'usable' }
  | { readonly kind: 'problem'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly failure: DatabaseFailure; readonly detail: string };

const { path, lastRun } = workerData as DatabaseCheckData;

function check(): DatabaseCheckResult {
  try {
    checkDatabase(path, { lastRun });
    return { kind: 'usable' };
  } catch (error) {
    if (error instanceof StartupError) return { kind: 'problem', sentence: error.message };
    if (!(error instanceof DatabaseError)) throw error;
    return { kind: 'failed', failure: error.failure, detail: error.detail };
  }
}

parentPort!.postMessage(check());
