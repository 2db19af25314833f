/** A process in front of the ledger: answers in order; drops and delays as the seed demands. */
import {
  errorOf,
  type ChannelName,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
} from '@tandem/protocol';
import { DelayedQueue, type LinkEnd, type ManualClock, type SeededRandom } from '@tandem/testkit';
import { keyOf, type ChannelModel, type Committed, type LedgerModel } from './ledger-model.ts';

export type Message = ClientMessage | ServerMessage;

const MAX_WORK_MS = 12;
const MAX_LAG_MS = 400;

export interface ServerFaults {
  refusedForNow: number;
  /** Commands whose handler throws: half of these only once. */
  failing: number;
  crashAfterCommit: number;
  shed: number;
  subscribeRefused: number;
}

interface Connection {
  readonly end: LinkEnd<Message>;
  readonly user: string;
  readonly work: DelayedQueue;
  readonly subscriptions: Map<string, { readonly name: ChannelName; sent: number }>;
  inFlight: number;
}

interface ServerOptions {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly ledger: LedgerModel;
  readonly faults: ServerFaults;
  /** Commands that never succeed, over restarts. */
  readonly failing: Set<string>;
  readonly crashed: () => void;
}

export class ServerModel {
  readonly #options: ServerOptions;
  readonly #connections = new Set<Connection>();
  readonly #numbers = new Map<string, number>();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  accept(end: LinkEnd<Message>, user: string): void {
    const { clock, random } = this.#options;
    const connection: Connection = {
      end,
      user,
      work: new DelayedQueue(clock, { random, maxDelayMs: MAX_WORK_MS }),
      subscriptions: new Map(),
      inFlight: 0,
    };
    this.#connections.add(connection);
    end.receiver = {
      onMessage: (message) => this.#receive(connection, message as ClientMessage),
      onEnd: () => this.#drop(connection),
    };
  }

  crash(): void {
    for (const connection of this.#connections) {
      this.#drop(connection);
      connection.end.close();
    }
    this.#options.crashed();
  }

  #drop(connection: Connection): void {
    connection.work.crash();
    this.#connections.delete(connection);
  }

  #receive(connection: Connection, message: ClientMessage): void {
    switch (message.type) {
      case 'command':
        if (++connection.inFlight > 32) throw new Error('CM3: more than 32 commands in flight');
        connection.work.add(() => this.#execute(connection, message));
        return;
      case 'subscribe':
        // Reading the answer takes time, and commands may overtake it.
        this.#options.clock.setTimeout(
          () => this.#connections.has(connection) && this.#subscribe(connection, message),
          this.#options.random.int(0, MAX_WORK_MS),
        );
        return;
      case 'unsubscribe':
        for (const [key, number] of this.#numbers)
          if (number === message.channel) connection.subscriptions.delete(key);
        return;
      case 'recover':
        for (const [key, number] of this.#numbers)
          if (number === message.channel && connection.subscriptions.has(key))
            this.#recover(connection, key, message.from);
        return;
      default:
        throw new Error(`unexpected ${message.type}`);
    }
  }

  #execute(connection: Connection, message: MessageOf<'command'>): void {
    const { clock, random, ledger, faults } = this.#options;
    const { type: _, channel: __, ...command } = message;
    connection.inFlight--;
    if (random.chance(faults.refusedForNow)) {
      const patience = random.chance(0.5) ? { retryAfterMs: random.int(0, 50) } : {};
      const error = errorOf('overloaded', patience);
      connection.end.send({ type: 'refused', channel: 0, id: command.id, error });
      return;
    }
    if (this.#fails(`${connection.user} ${command.id}`)) {
      const error = errorOf('command-failed');
      connection.end.send({ type: 'refused', channel: 0, id: command.id, error });
      return;
    }
    const isRepeated = ledger.results.has(`${connection.user} ${command.id}`);
    const result = ledger.execute(connection.user, command, clock.now());
    if (random.chance(faults.crashAfterCommit)) return this.crash();
    for (const committed of result.committed) this.#publish(committed);
    const { id } = command;
    if (result.kind === 'refused')
      connection.end.send({ type: 'refused', channel: 0, id, error: result.error });
    else {
      const positions = [...result.positions];
      connection.end.send({ type: 'done', channel: 0, id, repeated: isRepeated, positions });
    }
  }

  #fails(command: string): boolean {
    const { random, faults, ledger, failing } = this.#options;
    if (failing.has(command)) return true;
    if (ledger.results.has(command) || !random.chance(faults.failing)) return false;
    if (random.chance(0.5)) failing.add(command);
    return true;
  }

  #publish({ key, to, event }: Committed): void {
    const { clock, random, faults } = this.#options;
    for (const connection of this.#connections) {
      const subscription = connection.subscriptions.get(key);
      if (subscription === undefined) continue;
      if (random.chance(faults.shed)) {
        clock.setTimeout(() => this.#catchUp(connection, key), random.int(1, MAX_LAG_MS));
        continue;
      }
      const channel = this.#number(key);
      if (subscription.sent < to) subscription.sent = to;
      connection.end.send({ type: 'events', channel, from: to - 1, to, events: [event] });
    }
  }

  #catchUp(connection: Connection, key: string): void {
    const channel = this.#options.ledger.channel(key);
    if (channel === undefined || !this.#connections.has(connection)) return;
    if (!connection.subscriptions.has(key)) return;
    this.#recover(connection, key, Math.max(0, channel.head - channel.events.length));
  }

  #subscribe(connection: Connection, message: MessageOf<'subscribe'>): void {
    const { ledger, random, faults } = this.#options;
    const { ref, position } = message;
    const name = message.name as ChannelName;
    const key = keyOf(name, connection.user);
    const channel = ledger.channel(key);
    if (channel === undefined || random.chance(faults.subscribeRefused)) {
      const error = errorOf(channel === undefined ? 'not-found' : 'overloaded');
      connection.end.send({ type: 'unsubscribed', channel: 0, ref, error });
      return;
    }
    const { epoch, head } = channel;
    const isHere =
      position?.epoch === epoch &&
      position.offset <= head &&
      position.offset >= head - channel.events.length;
    connection.subscriptions.set(key, { name, sent: head });
    const answer = { channel: this.#number(key), ref, name, epoch, offset: head } as const;
    connection.end.send({
      ...answer,
      type: 'subscribed',
      recovered: isHere,
      ...(isHere ? {} : { state: channel.state }),
    });
    if (isHere) this.#sendFrom(connection, key, position.offset);
  }

  #recover(connection: Connection, key: string, from: number): void {
    const channel = this.#options.ledger.channel(key)!;
    if (from >= channel.head - channel.events.length) return this.#sendFrom(connection, key, from);
    const { name } = connection.subscriptions.get(key)!;
    const { epoch, head: offset, state } = channel;
    const number = this.#number(key);
    const answer = { ref: 0, name, epoch, offset, state } as const;
    connection.end.send({ type: 'subscribed', channel: number, recovered: false, ...answer });
  }

  #sendFrom(connection: Connection, key: string, from: number): void {
    const channel = this.#options.ledger.channel(key)!;
    const events = eventsAfter(channel, from);
    const cut = this.#options.random.int(0, events.length);
    for (const [start, part] of [
      [from, events.slice(0, cut)],
      [from + cut, events.slice(cut)],
    ] as const) {
      if (part.length === 0) continue;
      const to = start + part.length;
      const number = this.#number(key);
      connection.end.send({ type: 'events', channel: number, from: start, to, events: part });
    }
  }

  #number(key: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#numbers.size + 1));
    return number;
  }
}

function eventsAfter({ events, head }: ChannelModel, from: number) {
  return events.slice(events.length - (head - from));
}
