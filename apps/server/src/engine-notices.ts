/** Routes what the engine reports: to rooms, to paused connections, to metrics and to the log. */
import type { ConnectionRegistry } from './connection/connection-registry.ts';
import type { ExcerptUpdater } from './documents/excerpt-updater.ts';
import type { Rooms } from './documents/rooms.ts';
import type { Engine, EngineNotice } from './engine/port.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { ErrorBoundary } from './runtime/error-boundary.ts';
import type { Log } from './runtime/log.ts';

/** The author of a row that another process committed. */
const NOBODY = 0;

export interface EngineNoticeTargets {
  readonly rooms: Rooms;
  readonly excerptUpdater: ExcerptUpdater;
  readonly connections: ConnectionRegistry;
  readonly metrics: Metrics;
  readonly errors: ErrorBoundary;
  readonly log: Log;
  readonly onAppended: (notice: Extract<EngineNotice, { kind: 'appended' }>) => void;
}

export function routeEngineNotices(engine: Engine, targets: EngineNoticeTargets): void {
  engine.onNotices((notices) => {
    for (const notice of notices)
      targets.errors.run('room', { event: notice.kind }, () => route(notice, targets));
  });
}

function route(
  notice: EngineNotice,
  { rooms, excerptUpdater, connections, metrics, log, onAppended }: EngineNoticeTargets,
): void {
  switch (notice.kind) {
    case 'stalled':
      log.error(
        { shard: notice.shard, reason: notice.error.message },
        'storing updates has stalled',
      );
      rooms.storageChanged();
      break;
    case 'resumed':
      log.info({ shard: notice.shard }, 'storing updates works again');
      rooms.storageChanged();
      break;
    case 'appended':
      onAppended(notice);
      break;
    case 'drained':
      connections.resumeAll();
      break;
    case 'latency':
      if (notice.work === 'commit') metrics.committed(notice.shard, notice.ms);
      else metrics.compacted(notice.document, notice.ms);
      break;
    case 'error':
      log.error({ document: notice.document, detail: notice.detail }, notice.what);
      break;
    default:
      // Other processes update what is said about their commits.
      if (notice.kind === 'committed' && notice.authors.some((author) => author !== NOBODY))
        excerptUpdater.changed(notice.document);
      rooms.handleEngineEvent(notice);
  }
}
