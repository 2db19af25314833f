/** Connection and room figures, counted on request: messages do not maintain them. */
import type { ClusterStats } from './cluster-stats.ts';

export const TRANSPORTS = ['websocket', 'stream', 'poll', 'feed'] as const;
export type TransportWord = (typeof TRANSPORTS)[number];

export const CODECS = ['binary', 'json', 'yjs', 'events'] as const;
export type CodecWord = (typeof CODECS)[number];

export interface ConnectionView {
  readonly queuedBytes: number;
}

export interface RoomView {
  readonly document: string;
  readonly title: string;
  readonly people: number;
  readonly deliveries: number;
  readonly channels: number;
  /** When the oldest unanswered opening or update arrived, by the clock of `Metrics`; null without one. */
  readonly oldestUnacknowledgedMs: number | null;
}

export interface ServerStats {
  /** Since the epoch; null without TLS in the process. */
  readonly certificateExpiresAtMs: number | null;
  readonly state: 'open' | 'draining';
  readonly connections: Iterable<ConnectionView>;
  readonly rooms: Iterable<RoomView>;
  /** Null on a server that shares its database with no other. */
  readonly cluster: ClusterStats | null;
}

export interface ConnectionKind {
  readonly transport: TransportWord;
  readonly codec: CodecWord;
}

export interface ConnectionCount extends ConnectionKind {
  readonly count: number;
}

/** Connection counts, maintained incrementally: the dashboard reads them each second. */
export class ConnectionCounts {
  readonly #counts: Readonly<Record<TransportWord, Record<CodecWord, number>>> = {
    websocket: noneOfAny(),
    stream: noneOfAny(),
    poll: noneOfAny(),
    feed: noneOfAny(),
  };
  readonly #listeners: (() => void)[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  get kinds(): readonly ConnectionCount[] {
    return TRANSPORTS.flatMap((transport) =>
      CODECS.map((codec) => ({ transport, codec, count: this.#counts[transport][codec] })),
    );
  }

  increment({ transport, codec }: ConnectionKind): void {
    this.#counts[transport][codec]++;
    this.#total++;
    for (const listener of this.#listeners) listener();
  }

  /** @param listener called with each connection that begins. */
  onIncrement(listener: () => void): void {
    this.#listeners.push(listener);
  }

  decrement({ transport, codec }: ConnectionKind): void {
    this.#counts[transport][codec]--;
    this.#total--;
  }
}

function noneOfAny(): Record<CodecWord, number> {
  return { binary: 0, json: 0, yjs: 0, events: 0 };
}

export function sumQueuedBytes(connections: Iterable<ConnectionView>): number {
  let sum = 0;
  for (const { queuedBytes } of connections) sum += queuedBytes;
  return sum;
}
