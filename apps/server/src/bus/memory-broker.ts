/** Brokers of several nodes in one process, with faults. For tests and simulations. */
import type { Clock } from '../runtime/clock.ts';
import type { Address, Broker, BrokerListener, BrokerOutcome } from './broker.ts';
import { BUS_RECONNECT } from './bus-limits.ts';
import type { DownReason } from './bus.ts';

export interface MemoryFaults {
  /** Shares of the deliveries, from 0 to 1. */
  readonly lost: number;
  readonly repeated: number;
  /** Each delivery takes a random time in between, so messages overtake each other. */
  readonly delayMs: readonly [min: number, max: number];
}

const NO_FAULTS: MemoryFaults = { lost: 0, repeated: 0, delayMs: [0, 0] };

interface Receiver {
  receive(name: string, frame: Uint8Array): void;
  disconnect(reason: DownReason): void;
}

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly carriesTopics?: boolean;
}

/** What stands for Redis. */
export class MemoryNetwork {
  faults: MemoryFaults = NO_FAULTS;
  readonly clock: Clock;
  readonly carriesTopics: boolean;
  readonly #random: () => number;
  readonly #receivers = new Set<Receiver>();
  readonly #unanswered: (() => void)[] = [];
  #state: 'working' | 'silent' | 'stopped' = 'working';

  constructor({ clock, random, carriesTopics = true }: MemoryNetworkOptions) {
    this.clock = clock;
    this.carriesTopics = carriesTopics;
    this.#random = random;
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  createBroker(): MemoryBroker {
    return new MemoryBroker(this);
  }

  /** Cuts all connections and refuses others. */
  stop(): void {
    this.#state = 'stopped';
    this.cut();
  }

  /** Accepts everything and answers nothing. */
  silence(): void {
    this.#state = 'silent';
  }

  resume(): void {
    this.#state = 'working';
    for (const answer of this.#unanswered.splice(0)) answer();
  }

  /** Resolves at once unless it is silent. */
  whenAnswering(): Promise<void> {
    if (this.#state !== 'silent') return Promise.resolve();
    return new Promise((resolve) => this.#unanswered.push(resolve));
  }

  cut(): void {
    for (const receiver of this.#receivers)
      receiver.disconnect({ code: 'connection-lost', detail: 'cut' });
  }

  connect(receiver: Receiver): void {
    this.#receivers.add(receiver);
  }

  disconnect(receiver: Receiver): void {
    this.#receivers.delete(receiver);
  }

  send(name: string, frame: Uint8Array): void {
    if (this.#state !== 'working') return;
    for (const receiver of this.#receivers) {
      if (this.#random() < this.faults.lost) continue;
      this.#deliver(receiver, name, frame);
      if (this.#random() < this.faults.repeated) this.#deliver(receiver, name, frame);
    }
  }

  #deliver(receiver: Receiver, name: string, frame: Uint8Array): void {
    const [min, max] = this.faults.delayMs;
    const deliver = (): void => {
      if (this.#state === 'working' && this.#receivers.has(receiver)) receiver.receive(name, frame);
    };
    if (max === 0) queueMicrotask(deliver);
    else this.clock.setTimeout(deliver, min + this.#random() * (max - min));
  }
}

const ANNOUNCEMENTS = 'nodes';

export class MemoryBroker implements Broker {
  readonly name = 'memory';
  readonly carriesTopics: boolean;
  readonly #network: MemoryNetwork;
  readonly #receiver: Receiver;
  readonly #names = new Set<string>();
  #listener: BrokerListener | null = null;
  #mailbox = '';
  #isConnected = false;
  #connection = 0;
  #retryTimer: unknown = null;
  #isBlocked = false;

  constructor(network: MemoryNetwork) {
    this.#network = network;
    this.carriesTopics = network.carriesTopics;
    this.#receiver = {
      receive: (name, frame) => this.#receive(name, frame),
      disconnect: (reason) => this.reconnect(reason),
    };
  }

  start(node: string, listener: BrokerListener): void {
    this.#mailbox = `m.${node}`;
    this.#listener = listener;
    this.#connect();
  }

  publish(address: Address, frame: Uint8Array): BrokerOutcome {
    return this.#send(toName(address), frame);
  }

  announce(frame: Uint8Array): BrokerOutcome {
    return this.#send(ANNOUNCEMENTS, frame);
  }

  echo(frame: Uint8Array): void {
    this.#send(this.#mailbox, frame);
  }

  async subscribe(topics: readonly string[]): Promise<boolean> {
    const connection = this.#connection;
    await this.#network.whenAnswering();
    if (!this.#isConnected || connection !== this.#connection) return false;
    for (const topic of topics) this.#names.add(toName({ kind: 'topic', topic }));
    return true;
  }

  unsubscribe(topic: string): void {
    this.#names.delete(toName({ kind: 'topic', topic }));
  }

  reconnect(reason: DownReason): void {
    if (this.#isConnected) {
      this.#network.disconnect(this.#receiver);
      this.#isConnected = false;
      this.#names.clear();
      this.#listener?.onDisconnected(reason);
    }
    this.#network.clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = this.#network.clock.setTimeout(() => this.#connect(), BUS_RECONNECT.baseMs);
  }

  /** Cuts off this node alone. */
  block(): void {
    this.#isBlocked = true;
    this.reconnect({ code: 'connection-lost', detail: 'blocked' });
  }

  unblock(): void {
    this.#isBlocked = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
    this.crash();
  }

  /** Ends at once, as with the process. */
  crash(): void {
    this.#network.clock.clearTimeout(this.#retryTimer);
    this.#network.disconnect(this.#receiver);
    this.#isConnected = false;
    this.#listener = null;
  }

  #connect(): void {
    if (this.#network.isStopped || this.#isBlocked) {
      this.#listener?.onDisconnected({ code: 'connect-failed', detail: 'stopped' });
      this.reconnect({ code: 'connect-failed', detail: 'stopped' });
      return;
    }
    this.#names.add(this.#mailbox);
    this.#names.add(ANNOUNCEMENTS);
    this.#isConnected = true;
    this.#connection++;
    this.#network.connect(this.#receiver);
    this.#listener?.onConnected();
  }

  #send(name: string, frame: Uint8Array): BrokerOutcome {
    if (!this.#isConnected) return 'down';
    this.#network.send(name, frame);
    return 'sent';
  }

  #receive(name: string, frame: Uint8Array): void {
    if (!this.#names.has(name)) return;
    if (name.startsWith('t.')) this.#listener?.onTopic(name.slice(2), frame);
    else this.#listener?.onMail(frame);
  }
}

function toName(address: Address): string {
  return address.kind === 'topic' ? `t.${address.topic}` : `m.${address.node}`;
}
