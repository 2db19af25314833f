/** The threads that read documents and their history: readers of one kind do not wait for those of another. */
import { HISTORY } from '../storage/history/limits.ts';
import type { StorageDescription } from '../storage/storage.ts';
import type { History } from './port.ts';
import { WorkerHistory, type WorkerHistoryOptions } from './worker-history.ts';

export interface Histories {
  readonly ofPeople: History;
  /** Reads and writes pages for programs. */
  readonly ofPrograms: History;
  /** Makes pages on the web. */
  readonly ofPublicPages: History;
  /** Says whether those are still what their documents are. */
  readonly ofPositions: History;
}

/** Each thread begins with its first request. */
export function openHistories(
  storage: StorageDescription,
  log: WorkerHistoryOptions['log'],
): Histories {
  const open = (options: Pick<WorkerHistoryOptions, 'name' | 'places' | 'placesPerPerson'>) =>
    new WorkerHistory({ storage, log, ...options });
  const ofPublicPages = {
    places: HISTORY.maxQueuedPublicPages,
    placesPerPerson: HISTORY.maxQueuedPublicPagesPerPerson,
  };
  return {
    ofPeople: open({ name: 'history', placesPerPerson: HISTORY.maxQueuedPerPerson }),
    ofPrograms: open({ name: 'pages', placesPerPerson: HISTORY.maxQueuedPagesPerPerson }),
    ofPublicPages: open({ name: 'public pages', ...ofPublicPages }),
    ofPositions: open({ name: 'positions', ...ofPublicPages }),
  };
}
