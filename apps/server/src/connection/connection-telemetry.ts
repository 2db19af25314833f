/** Logs and counts what happens to connections. */
import type { CloseName, ErrorBody } from '@tandem/protocol';
import type { ConnectionKind } from '../metrics/connection-stats.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Log } from '../runtime/log.ts';

export interface ConnectionFields {
  readonly connection: string;
  readonly user: string | undefined;
}

interface AcceptedConnection {
  readonly id: string;
  readonly address: string | null;
}

export class ConnectionTelemetry {
  readonly log: Log;
  readonly #metrics: Metrics;

  constructor(metrics: Metrics, log: Log) {
    this.#metrics = metrics;
    this.log = log;
  }

  accepted({ id, address, transport }: ConnectionKind & AcceptedConnection, kind: string): void {
    this.#metrics.connectionAttempts.add('accepted');
    this.log.debug({ connection: id, address, kind, transport }, 'connection opened');
  }

  started(kind: ConnectionKind): void {
    this.#metrics.connections.increment(kind);
  }

  received(bytes: number): void {
    this.#metrics.bytes.add('in', bytes);
  }

  rateLimited(name: 'messages' | 'bytes'): void {
    this.#metrics.rateLimited.add(name);
  }

  closing(fields: ConnectionFields, reason: CloseName, error: ErrorBody): void {
    const level = reason === 'internal' || reason === 'storage-failed' ? 'error' : 'info';
    this.log[level]({ ...fields, reason, detail: error.message }, 'closing connection');
    this.#metrics.errorsSent.add(error.code);
  }

  restarting(fields: ConnectionFields): void {
    this.log.debug({ ...fields, reason: 'server-restart' }, 'closing connection');
  }

  closedByClient(fields: ConnectionFields, code: number): void {
    this.#metrics.disconnected(code);
    this.log.debug({ ...fields, reason: 'client-left', code }, 'closing connection');
  }

  closedByServer(code: number): void {
    this.#metrics.disconnected(code);
  }

  ended(kind: ConnectionKind): void {
    this.#metrics.connections.decrement(kind);
  }

  transportFailed(fields: ConnectionFields, error: Error): void {
    this.log.debug({ ...fields, err: error }, 'transport failed');
  }
}
