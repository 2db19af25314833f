/**
 * Wire v1 (`packages/protocol/PROTOCOL.md`). Frequent messages are parsed by hand; the rest uses
 * the codec.
 */
import { SCHEMA_VERSION } from '@tandem/document';
import {
  AWARENESS_INTERVAL_MS,
  binaryCodec,
  MESSAGES,
  PROTOCOL_VERSION,
  RECONNECT_BASE_MS,
  RECONNECT_CAP_MS,
  RECONNECT_FIRST_MS,
  SUBPROTOCOL_BINARY,
  SYNC_PATH,
  type ClientMessage,
} from '@tandem/protocol';
import { ulid } from 'ulid';
import type {
  ClientProtocol,
  ProtocolClient,
  ProtocolClientOptions,
  Sender,
} from '../client-protocol.ts';
import { ByteReader, sized, stateVector, varuint } from '../yjs-bytes.ts';

/** W9. */
export function tandemBackoffMs(attempt: number, random: number): number {
  return attempt === 0
    ? random * RECONNECT_FIRST_MS
    : Math.min(RECONNECT_CAP_MS, random * RECONNECT_BASE_MS * 2 ** attempt);
}

export const tandem: ClientProtocol = {
  roomsPerSocket: Number.POSITIVE_INFINITY,
  form: 'yjs',
  // Row positions rule out duplicates.
  delivery: 'stream',
  echoes: false,
  backoffMs: tandemBackoffMs,
  createClient: (options) => new TandemClient(options),
};

interface Channel {
  number: number;
  epoch: string;
  timeline: string;
  offset: number;
  sent: number;
  acknowledged: number;
  isRequesting: boolean;
}

class TandemClient implements ProtocolClient {
  readonly path = SYNC_PATH;
  readonly subprotocol = SUBPROTOCOL_BINARY;
  readonly #options: ProtocolClientOptions;
  readonly #channels: readonly Channel[];
  #cursorIntervalMs = AWARENESS_INTERVAL_MS;
  #hasCursor = false;
  #sender: Sender | null = null;
  #subscribed = 0;

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
    this.#channels = options.rooms.map(() => ({
      number: 0,
      epoch: '',
      timeline: '',
      offset: 0,
      sent: 0,
      acknowledged: 0,
      isRequesting: false,
    }));
  }

  onOpen(sender: Sender): void {
    this.#sender = sender;
    const { token, client, rooms, listener } = this.#options;
    const opens = this.#channels.map((channel, ref) => {
      const { epoch, timeline, offset } = channel;
      Object.assign(channel, { number: 0, sent: 0, acknowledged: 0, isRequesting: false });
      return {
        type: 'open' as const,
        ref,
        document: rooms[ref] as string,
        client,
        ...(epoch === ''
          ? {}
          : {
              position: { epoch, timeline, offset },
              stateVector: stateVector(listener.knownClocks()),
            }),
      };
    });
    const subscriptions = this.#chatDocuments.map((document, index) => ({
      type: 'subscribe' as const,
      ref: rooms.length + index,
      name: `chat:${document}` as const,
    }));
    this.#subscribed = 0;
    this.#send({
      type: 'hello',
      channel: 0,
      protocol: PROTOCOL_VERSION,
      schema: SCHEMA_VERSION,
      token,
      channels: [...opens, ...subscriptions],
    });
  }

  onPayload(payload: Buffer): void {
    const reader = new ByteReader(payload);
    while (reader.at < payload.length) {
      const start = reader.at;
      const type = reader.varuint();
      const number = reader.varuint();
      const body = reader.sized();
      const channel = this.#channels.find((candidate) => candidate.number === number);
      if (type === MESSAGES.updates.id) this.#handleUpdates(channel, body);
      else if (type === MESSAGES.ack.id) this.#handleAck(channel, new ByteReader(body));
      else if (type === MESSAGES.awareness.id) this.#options.listener.onAwareness(body);
      else if (type === MESSAGES.done.id) this.#options.listener.onAcknowledged(1);
      else if (!this.#isIgnored(type)) this.#handleOther(payload.subarray(start, reader.at));
    }
  }

  publish(room: number, messages: readonly Buffer[]): void {
    if (this.#options.measured === 'command') {
      const document = this.#options.rooms[room] as string;
      this.#sender?.send(binaryCodec.join(messages.map((text) => chatCommand(document, text))));
      return;
    }
    const channel = this.#channels[room] as Channel;
    const header = Buffer.concat([varuint(MESSAGES.update.id), varuint(channel.number)]);
    this.#sender?.send(
      Buffer.concat(
        messages.flatMap((update) => [
          header,
          sized(Buffer.concat([varuint(++channel.sent), update])),
        ]),
      ),
    );
  }

  publishAwareness(room: number, update: Buffer): number {
    this.#hasCursor = true;
    const channel = (this.#channels[room] as Channel).number;
    this.#send({ type: 'awareness', channel, update });
    return this.#cursorIntervalMs;
  }

  #handleUpdates(channel: Channel | undefined, body: Buffer): void {
    if (channel === undefined) return;
    const reader = new ByteReader(body);
    const from = reader.varuint();
    const to = reader.varuint();
    if (to <= channel.offset) return;
    if (from === channel.offset) {
      channel.offset = to;
      channel.isRequesting = false;
      this.#options.listener.onMessage(body.subarray(reader.at));
    } else if (!channel.isRequesting) {
      channel.isRequesting = true;
      this.#send({ type: 'rows:request', channel: channel.number, from: channel.offset });
    }
  }

  #handleAck(channel: Channel | undefined, reader: ByteReader): void {
    if (channel === undefined) return;
    const cseq = reader.varuint();
    const from = reader.varuint();
    const to = reader.varuint();
    if (from === channel.offset) channel.offset = Math.max(channel.offset, to);
    this.#options.listener.onAcknowledged(cseq - channel.acknowledged);
    channel.acknowledged = cseq;
  }

  #handleOther(frame: Buffer): void {
    const { listener } = this.#options;
    const decoded = binaryCodec.decodeFromServer(frame);
    if (decoded.kind === 'invalid') {
      listener.onRefused(decoded.reason);
      return;
    }
    for (const message of decoded.messages) {
      if (message.type === 'ping') {
        this.#send({ type: 'pong', channel: 0, nonce: message.nonce });
      } else if (message.type === 'goaway') {
        listener.onGoAway(message.retryAfterMs);
      } else if (message.type === 'opened') {
        const channel = this.#channels[message.ref] as Channel;
        channel.number = message.channel;
        channel.epoch = message.epoch;
        channel.timeline = message.timeline;
        channel.offset = message.base;
        this.#reportIfReady();
      } else if (message.type === 'presence:changed') {
        this.#cursorIntervalMs = message.cursorIntervalMs;
      } else if (message.type === 'subscribed') {
        this.#subscribed++;
        this.#reportIfReady();
      } else if ('error' in message && message.error !== null) {
        listener.onRefused(`${message.type}: ${message.error.message}`);
      }
    }
  }

  /** PR6: the pace of cursors changes only after the first ones. */
  #isIgnored(type: number): boolean {
    return IGNORED.has(type) || (type === MESSAGES['presence:changed'].id && !this.#hasCursor);
  }

  /** Subscriptions are needed only for commands, to receive the events that they cause. */
  get #chatDocuments(): readonly string[] {
    return this.#options.measured === 'command' ? this.#options.rooms : [];
  }

  #reportIfReady(): void {
    if (
      this.#subscribed === this.#chatDocuments.length &&
      this.#channels.every(({ number }) => number > 0)
    )
      this.#options.listener.onReady();
  }

  #send(message: ClientMessage): void {
    this.#sender?.send(binaryCodec.encode(message));
  }
}

function chatCommand(document: string, text: Buffer): Uint8Array {
  return binaryCodec.encode({
    type: 'command',
    channel: 0,
    id: ulid(),
    name: 'chat:send',
    input: { document, text: text.toString('latin1'), mentions: [], replyTo: null },
  });
}

const IGNORED: ReadonlySet<number> = new Set(
  (['typing:changed', 'welcome', 'document:changed', 'events'] as const).map(
    (type) => MESSAGES[type].id,
  ),
);
