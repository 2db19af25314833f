/** A simulated person in a few rooms, over one socket or as many as the protocol needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_PROTOCOLS, type ClientProtocolName } from './protocols/index.ts';
import type {
  ClientProtocol,
  MessageListener,
  ProtocolClient,
  MeasuredOperation,
} from './client-protocol.ts';
import { LoadSocket, type SocketListener } from './load-socket.ts';
import { FIRST_CLIENT, makeMessage } from './messages.ts';
import { SequenceTracker } from './sequence-tracker.ts';
import { ageMs, nowMs, readStamps, restamp, stampedText } from './stamp.ts';
import type { Totals } from './totals.ts';
import { cursorUpdate } from './yjs-bytes.ts';

/** About the length of a position in a text. */
const CURSOR_LENGTH = 100;
/**
 * Only one of so many clients reads the cursors that it receives: reading all of them costs more than
 * sending them. Not even, because the processes take turns.
 */
export const CURSORS_READ_BY_ONE_OF = 11;

export interface LoadClientPlan {
  /** Unique in a group; also the writer number in stamps. */
  readonly writer: number;
  readonly rooms: readonly string[];
  readonly token: string;
}

export interface LoadClientOptions extends LoadClientPlan {
  readonly clientProtocol: ClientProtocolName;
  readonly port: number;
  readonly localAddress: string;
  readonly textLength: number;
  readonly measured: MeasuredOperation;
  readonly totals: Totals;
}

export class LoadClient {
  readonly writer: number;
  readonly #options: LoadClientOptions;
  readonly #clientProtocol: ClientProtocol;
  readonly #connections: readonly RoomConnection[];
  readonly #sequences = new SequenceTracker();
  readonly #unanswered: number[] = [];
  #written = 0;
  #cursorsSent = 0;
  #notReady: RoomConnection[] = [];
  #settle: ((outcome: string | null) => void) | null = null;
  #connectingSinceMs = 0;
  #serverRetryAfterMs: number | null = null;
  #state: 'open' | 'closed' = 'open';

  constructor(options: LoadClientOptions) {
    this.writer = options.writer;
    this.#options = options;
    this.#clientProtocol = CLIENT_PROTOCOLS[options.clientProtocol];
    const { rooms } = options;
    const size = Math.min(rooms.length, this.#clientProtocol.roomsPerSocket);
    this.#connections = Array.from(
      { length: Math.ceil(rooms.length / size) },
      (_, index) => new RoomConnection(this, rooms.slice(index * size, (index + 1) * size)),
    );
  }

  get options(): LoadClientOptions {
    return this.#options;
  }

  get acknowledged(): number {
    return this.#written - this.#unanswered.length;
  }

  /** @returns `null` once the client is in all rooms, or the reason of the failure. */
  connect(): Promise<string | null> {
    this.#connectingSinceMs = nowMs();
    this.#notReady = [...this.#connections];
    return new Promise((resolve) => {
      this.#settle = (outcome) => {
        this.#settle = null;
        if (outcome === null) this.#options.totals.opened.add(nowMs() - this.#connectingSinceMs);
        resolve(outcome);
      };
      for (const connection of this.#connections) connection.open();
    });
  }

  async reconnect(): Promise<number> {
    const isOpen = () => this.#state === 'open';
    for (let attempt = 0; ; attempt++) {
      await sleep(
        this.#serverRetryAfterMs ?? this.#clientProtocol.backoffMs(attempt, Math.random()),
      );
      this.#serverRetryAfterMs = null;
      if (!isOpen() || (await this.connect()) === null) return attempt + 1;
      this.#disconnectAll();
    }
  }

  disconnect(): void {
    this.#disconnectAll();
  }

  close(): void {
    this.#state = 'closed';
    this.#disconnectAll();
    this.#settle?.('closed');
  }

  stall(): void {
    for (const connection of this.#connections) connection.socket?.stall();
  }

  resume(): void {
    for (const connection of this.#connections) connection.socket?.resume();
  }

  write(count: number): void {
    const { textLength: length, totals, measured } = this.#options;
    const form = measured === 'command' ? 'text' : this.#clientProtocol.form;
    const atMs = nowMs();
    const messages = Array.from({ length: count }, () =>
      makeMessage(form, {
        writer: this.writer,
        number: this.#written++,
        atMs,
        length,
      }),
    );
    for (let sent = 0; sent < count; sent++) this.#unanswered.push(atMs);
    totals.written += count;
    this.#connections[0]?.client.publish(0, messages);
  }

  writeUpdate(update: Buffer): void {
    const atMs = nowMs();
    restamp(update, atMs);
    // An echo acknowledges only stamped messages.
    if (!this.#clientProtocol.echoes) this.#unanswered.push(atMs);
    this.#options.totals.written++;
    this.#connections[0]?.client.publish(0, [update]);
  }

  /** @returns the milliseconds for which the server wants no other. */
  moveCursor(): number {
    const client = this.#connections[0]?.client;
    if (client?.publishAwareness === undefined) throw new Error('the protocol has no cursors');
    const clock = ++this.#cursorsSent;
    const stamp = { writer: this.writer, number: clock, atMs: nowMs() };
    const cursor = stampedText(CURSOR_LENGTH, stamp);
    const update = cursorUpdate({ client: FIRST_CLIENT + this.writer, clock, cursor });
    this.#options.totals.cursorsSent++;
    return client.publishAwareness(0, update);
  }

  onReady(connection: RoomConnection): void {
    this.#notReady = this.#notReady.filter((other) => other !== connection);
    if (this.#notReady.length === 0) this.#settle?.(null);
  }

  onMessage(content: Buffer): void {
    const now = nowMs();
    const { totals } = this.#options;
    readStamps(content, (writer, number, atMs) => {
      if (writer === this.writer) {
        if (this.#clientProtocol.echoes) this.onAnswered(1);
        return;
      }
      const arrival = this.#sequences.record(writer, number);
      if (arrival === 'duplicate') {
        if (this.#clientProtocol.delivery === 'stream') totals.duplicates++;
        return;
      }
      if (arrival === 'late' && this.#clientProtocol.delivery === 'stream') totals.late++;
      totals.delivered++;
      const age = ageMs(atMs, now);
      const sinceConnect = now - this.#connectingSinceMs;
      if (age > sinceConnect) totals.replays.add(sinceConnect);
      else totals.latencies.add(age);
    });
  }

  onAwareness(content: Buffer): void {
    if (this.writer % CURSORS_READ_BY_ONE_OF !== 0) return;
    const now = nowMs();
    readStamps(content, (writer, _number, atMs) => {
      if (writer !== this.writer) this.#options.totals.cursors.add(ageMs(atMs, now));
    });
  }

  onAnswered(count: number): void {
    const now = nowMs();
    for (const atMs of this.#unanswered.splice(0, count))
      this.#options.totals.answers.add(now - atMs);
  }

  onGoAway(retryAfterMs: number): void {
    this.#serverRetryAfterMs = retryAfterMs;
  }

  knownClocks(): ReadonlyMap<number, number> {
    const { textLength } = this.#options;
    const clocks = new Map<number, number>();
    for (const [writer, count] of this.#sequences.contiguousCounts())
      if (count > 0) clocks.set(FIRST_CLIENT + writer, count * textLength);
    if (this.#written > 0) clocks.set(FIRST_CLIENT + this.writer, this.#written * textLength);
    return clocks;
  }

  onFailed(reason: string): void {
    if (this.#settle !== null) this.#settle(reason);
    else if (this.#state === 'open') this.#options.totals.addFault(reason);
  }

  #disconnectAll(): void {
    for (const connection of this.#connections) connection.disconnect();
  }
}

class RoomConnection implements SocketListener, MessageListener {
  readonly client: ProtocolClient;
  socket: LoadSocket | null = null;
  readonly #owner: LoadClient;

  constructor(owner: LoadClient, rooms: readonly string[]) {
    this.#owner = owner;
    const { clientProtocol, token, measured, writer } = owner.options;
    this.client = CLIENT_PROTOCOLS[clientProtocol].createClient({
      rooms,
      listener: this,
      token,
      client: FIRST_CLIENT + writer,
      measured,
    });
  }

  open(): void {
    const { port, localAddress } = this.#owner.options;
    const { path, subprotocol } = this.client;
    this.socket = new LoadSocket({ port, localAddress, path, subprotocol, listener: this });
  }

  disconnect(): void {
    this.socket?.destroy();
    this.socket = null;
  }

  onOpen(socket: LoadSocket): void {
    this.client.onOpen(socket);
  }

  onPayload(payload: Buffer): void {
    this.client.onPayload(payload);
  }

  onClose(socket: LoadSocket, reason: string): void {
    if (socket === this.socket) this.#owner.onFailed(reason);
  }

  onReady(): void {
    this.#owner.onReady(this);
  }

  onMessage(content: Buffer): void {
    this.#owner.onMessage(content);
  }

  onAwareness(content: Buffer): void {
    this.#owner.onAwareness(content);
  }

  onAcknowledged(count: number): void {
    this.#owner.onAnswered(count);
  }

  onGoAway(retryAfterMs: number): void {
    this.#owner.onGoAway(retryAfterMs);
  }

  onRefused(reason: string): void {
    this.#owner.onFailed(reason);
  }

  knownClocks(): ReadonlyMap<number, number> {
    return this.#owner.knownClocks();
  }
}
