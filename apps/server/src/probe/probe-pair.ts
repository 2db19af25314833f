/**
 * The self-probe's two connections to its document, which never grows: the probe writes under one
 * client id and overwrites one entry, so Yjs merges old values into one collected range.
 */
import * as Y from 'yjs';
import { readAwareness, writeAwareness } from '../presence/awareness-update.ts';
import type { ProbePair } from './self-probe.ts';
import { ProbeSocket } from './probe-socket.ts';

export interface SocketPairOptions {
  readonly port: number;
  readonly address: string;
  readonly isSecure: boolean;
  readonly prepare: () => Promise<string>;
  readonly writerToken: () => Promise<string>;
  readonly readerToken: () => Promise<string>;
}

interface Sockets {
  readonly writer: ProbeSocket;
  readonly reader: ProbeSocket;
}

type Opened = Sockets & { readonly channel: number };

const WRITER_CLIENT = 1;
const READER_CLIENT = 2;

export class SocketPair implements ProbePair {
  readonly #options: SocketPairOptions;
  readonly #copy = new Y.Doc();
  #opening: Promise<Opened> | null = null;
  #state: 'new' | 'ended' = 'new';
  #cseq = 0;
  #sockets: Sockets | null = null;

  constructor(options: SocketPairOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#opened();
  }

  async deliver(beat: number): Promise<void> {
    const { writer, reader, channel } = await this.#opened();
    const heard = reader.next('awareness', ({ update }) => isBeat(update, beat));
    const entry = { client: WRITER_CLIENT, clock: beat + 1, state: JSON.stringify({ beat }) };
    writer.send({ type: 'awareness', channel, update: writeAwareness([entry]) });
    await heard;
  }

  async commit(beat: number): Promise<void> {
    const { writer, reader, channel } = await this.#opened();
    const update = beatUpdate(this.#copy, beat);
    const cseq = ++this.#cseq;
    const told = Promise.all([
      writer.next('ack', (ack) => ack.cseq >= cseq),
      reader.next('updates'),
    ]);
    writer.send({ type: 'update', channel, cseq, update });
    await told;
  }

  end(): void {
    this.#sockets?.writer.end();
    this.#sockets?.reader.end();
    this.#state = 'ended';
  }

  #opened(): Promise<Opened> {
    return (this.#opening ??= this.#connect());
  }

  async #connect(): Promise<Opened> {
    const { port, address, isSecure, prepare, writerToken, readerToken } = this.#options;
    const document = await prepare();
    if (this.#state === 'ended') throw new Error('it was ended');
    const place = { port, address, isSecure, document };
    const writer = new ProbeSocket({
      ...place,
      client: WRITER_CLIENT,
      token: writerToken,
      onUpdates: (updates) => updates.forEach((update) => Y.applyUpdate(this.#copy, update)),
    });
    const reader = new ProbeSocket({
      ...place,
      client: READER_CLIENT,
      token: readerToken,
      onUpdates: () => {},
    });
    this.#sockets = { writer, reader };
    const [channel] = await Promise.all([writer.open(), reader.open()]);
    return { writer, reader, channel };
  }
}

export function beatUpdate(copy: Y.Doc, beat: number): Uint8Array {
  // Not earlier: Yjs changes the client id on loading structs written under it.
  copy.clientID = WRITER_CLIENT;
  const before = Y.encodeStateVector(copy);
  copy.getMap('self-probe').set('beat', beat);
  return Y.encodeStateAsUpdate(copy, before);
}

function isBeat(update: Uint8Array, beat: number): boolean {
  const reading = readAwareness(update);
  if (reading.kind === 'invalid') return false;
  return reading.entries.some(
    ({ state }) => state !== null && (JSON.parse(state) as { beat?: unknown }).beat === beat,
  );
}
