/** What there is in the server at one moment, counted when somebody asks: nothing of it is kept up by messages. */
/** `feed`: server-sent events. */
export const TRANSPORTS = ['websocket', 'stream', 'poll', 'feed'] as const;
export type TransportWord = (typeof TRANSPORTS)[number];

/** `yjs`: the stock clients' own formats. `events`: server-sent events. */
export const CODECS = ['binary', 'json', 'yjs', 'events'] as const;
export type CodecWord = (typeof CODECS)[number];

/** One connection, as far as it is looked at. */
export interface ConnectionView {
  /** Waiting to go out, in our memory and in the socket's. */
  readonly queuedBytes: number;
}

export interface RoomView {
  readonly document: string;
  readonly title: string;
  /** Members now. */
  readonly people: number;
  /** Messages to members since the room came to be. */
  readonly deliveries: number;
  /** Open channels. */
  readonly channels: number;
  /** When the oldest update without an acknowledgement came, by `performance.now()`; null without one. */
  readonly oldestUnacknowledgedMs: number | null;
}

export interface ServerStats {
  readonly state: 'open' | 'draining';
  readonly connections: Iterable<ConnectionView>;
  readonly rooms: Iterable<RoomView>;
}

export interface ConnectionKind {
  readonly transport: TransportWord;
  readonly codec: CodecWord;
}

export interface ConnectionCount extends ConnectionKind {
  readonly count: number;
}

/** How many connections there are; kept up by them, as the dashboard asks each second and they are many. */
export class ConnectionCounts {
  readonly #counts: Readonly<Record<TransportWord, Record<CodecWord, number>>> = {
    websocket: noneOfAny(),
    stream: noneOfAny(),
    poll: noneOfAny(),
    feed: noneOfAny(),
  };
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Each kind, also those of which there are none. */
  get kinds(): readonly ConnectionCount[] {
    return TRANSPORTS.flatMap((transport) =>
      CODECS.map((codec) => ({ transport, codec, count: this.#counts[transport][codec] })),
    );
  }

  increment({ transport, codec }: ConnectionKind): void {
    this.#counts[transport][codec]++;
    this.#total++;
  }

  decrement({ transport, codec }: ConnectionKind): void {
    this.#counts[transport][codec]--;
    this.#total--;
  }
}

function noneOfAny(): Record<CodecWord, number> {
  return { binary: 0, json: 0, yjs: 0, events: 0 };
}

/** Waiting to go out on all of them. */
export function sumQueuedBytes(connections: Iterable<ConnectionView>): number {
  let sum = 0;
  for (const { queuedBytes } of connections) sum += queuedBytes;
  return sum;
}
