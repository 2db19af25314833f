/** Wires the parts of this folder. */
import type { Configuration } from '../configuration/configuration.ts';
import type { Engine } from '../engine/port.ts';
import type { History } from '../history/port.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ObjectStore } from '../storage/objects/object-store.ts';
import type { Database } from '../storage/tables.ts';
import { FileDeletion, fileSweep } from './file-deletion.ts';
import { FileDownloads } from './file-downloads.ts';
import { fileReferenceSweep, textReferences } from './file-references.ts';
import { FileUploads } from './file-uploads.ts';
import { historyReferences } from './history-references.ts';

interface Parts {
  readonly db: Database;
  readonly engine: Pick<Engine, 'view'>;
  readonly history: Pick<History, 'read'>;
  readonly objects: ObjectStore | null;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** Null without an object store. */
export function createFiles(
  { db, engine, history, objects, metrics, clock, log }: Parts,
  limits: Configuration['files'],
) {
  if (objects === null) return null;
  const deletion = new FileDeletion({ db, objects, clock, log });
  const sources = [textReferences(engine), historyReferences(history)];
  return {
    deletion,
    uploads: new FileUploads({ db, objects, deletion, limits, metrics, clock }),
    downloads: new FileDownloads({ objects, metrics, clock }),
    jobs: [fileSweep({ db, deletion }), fileReferenceSweep({ db, sources, clock })],
  };
}
