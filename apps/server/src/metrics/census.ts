/** What there is in the server at one moment, counted when somebody asks: nothing of it is kept up by messages. */
/** `feed`: server-sent events. */
export const TRANSPORTS = ['websocket', 'stream', 'poll', 'feed'] as const;
export type TransportWord = (typeof TRANSPORTS)[number];

/** `yjs`: the stock clients' own formats. `events`: server-sent events. */
export const CODECS = ['binary', 'json', 'yjs', 'events'] as const;
export type CodecWord = (typeof CODECS)[number];

/** One connection, as far as it is counted. */
export interface ConnectionView {
  readonly transport: TransportWord;
  readonly codec: CodecWord;
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
}

export interface Census {
  readonly state: 'open' | 'draining';
  readonly connections: Iterable<ConnectionView>;
  readonly rooms: Iterable<RoomView>;
}

export interface ConnectionCount {
  readonly transport: TransportWord;
  readonly codec: CodecWord;
  count: number;
}

/** Each kind of connection, also those of which there are none. */
export function countConnections(connections: Iterable<ConnectionView>): {
  readonly kinds: readonly ConnectionCount[];
  readonly total: number;
} {
  const kinds: ConnectionCount[] = TRANSPORTS.flatMap((transport) =>
    CODECS.map((codec) => ({ transport, codec, count: 0 })),
  );
  let total = 0;
  for (const { transport, codec } of connections) {
    kinds[TRANSPORTS.indexOf(transport) * CODECS.length + CODECS.indexOf(codec)]!.count++;
    total++;
  }
  return { kinds, total };
}

/** Waiting to go out on all of them. */
export function sumQueuedBytes(connections: Iterable<ConnectionView>): number {
  let sum = 0;
  for (const { queuedBytes } of connections) sum += queuedBytes;
  return sum;
}
