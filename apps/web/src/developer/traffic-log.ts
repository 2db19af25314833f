/** Records recent activity of the connection: states, messages by type, round trips. */
import type { Client, ConnectionState } from '@tandem/client';
import { binaryCodec, type Message, type MessageType } from '@tandem/protocol';
import { Observable } from '../runtime/observable.ts';

const MAX_STATES = 50;
const MAX_ROUND_TRIPS = 20;
const UPDATE_INTERVAL_MS = 250;

export interface StateEntry {
  readonly at: number;
  readonly state: ConnectionState;
}

export interface Count {
  messages: number;
  bytes: number;
}

export interface Traffic {
  readonly states: readonly StateEntry[];
  readonly sent: ReadonlyMap<MessageType, Count>;
  readonly received: ReadonlyMap<MessageType, Count>;
  readonly roundTrips: readonly number[];
}

export class TrafficLog {
  readonly traffic: Observable<Traffic>;
  readonly #states: StateEntry[] = [];
  readonly #counts = {
    sent: new Map<MessageType, Count>(),
    received: new Map<MessageType, Count>(),
  };
  readonly #roundTrips: number[] = [];
  readonly #pings = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.traffic = new Observable<Traffic>(this.#snapshot());
  }

  watch({ connection }: Client): () => void {
    if (this.#states.at(-1)?.state !== connection.state) this.#onState(connection.state);
    return connection.listen({
      state: (state) => this.#onState(state),
      traffic: (direction, message) => this.#onMessage(direction, message),
    });
  }

  #onState(state: ConnectionState): void {
    this.#states.push({ at: Date.now(), state });
    this.#states.splice(0, this.#states.length - MAX_STATES);
    this.#scheduleUpdate();
  }

  #onMessage(direction: 'sent' | 'received', message: Message): void {
    const counts = this.#counts[direction];
    let count = counts.get(message.type);
    if (count === undefined) {
      count = { messages: 0, bytes: 0 };
      counts.set(message.type, count);
    }
    count.messages++;
    // Encodes the message again, which costs only developers.
    count.bytes += binaryCodec.encode(message).byteLength;
    if (direction === 'sent' && message.type === 'ping')
      this.#pings.set(message.nonce, performance.now());
    if (direction === 'received' && message.type === 'pong') this.#onPong(message.nonce);
    this.#scheduleUpdate();
  }

  #onPong(nonce: number): void {
    const sentAt = this.#pings.get(nonce);
    if (sentAt === undefined) return;
    this.#pings.clear();
    this.#roundTrips.push(performance.now() - sentAt);
    this.#roundTrips.splice(0, this.#roundTrips.length - MAX_ROUND_TRIPS);
  }

  #scheduleUpdate(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.traffic.set(this.#snapshot());
    }, UPDATE_INTERVAL_MS);
  }

  #snapshot(): Traffic {
    return {
      states: [...this.#states],
      sent: new Map(this.#counts.sent),
      received: new Map(this.#counts.received),
      roundTrips: [...this.#roundTrips],
    };
  }
}
