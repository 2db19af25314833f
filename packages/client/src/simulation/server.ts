import type { ClientMessage, ServerMessage } from '@tandem/protocol';
import { Authority, Room, type EngineRequest, type RoomIntent } from '@tandem/sync';
import type { ManualClock, SeededRandom } from '@tandem/testkit';
import { rules } from './content.ts';
import type { Journal } from './journal.ts';
import type { Wire } from './wire.ts';

const MAX_COMMIT_MS = 12;

interface Connection {
  subscription: number;
}

/** One server process with the one document, until it is killed. */
export class Server {
  readonly #clock: ManualClock;
  readonly #random: SeededRandom;
  readonly #journal: Journal;
  readonly #authority: Authority;
  readonly #connections = new Map<Wire, Connection>();
  #room = new Room({ document: 'document', channel: 1 });
  #lastSubscription = 0;
  #isRunning = true;

  constructor({
    clock,
    random,
    journal,
  }: {
    readonly clock: ManualClock;
    readonly random: SeededRandom;
    readonly journal: Journal;
  }) {
    this.#clock = clock;
    this.#random = random;
    this.#journal = journal;
    this.#authority = Authority.load(journal.load(), rules);
  }

  accept(wire: Wire): void {
    const connection: Connection = { subscription: 0 };
    this.#connections.set(wire, connection);
    wire.onArrived = (message) => {
      if (this.#connections.has(wire)) this.#received(wire, { connection, message });
    };
    wire.onGone = () => {
      if (this.#connections.delete(wire)) this.#run(this.#room.leave(connection.subscription));
    };
    wire.accepted();
  }

  kill(): void {
    this.#isRunning = false;
    for (const wire of [...this.#connections.keys()]) wire.cut('notified');
  }

  #received(
    wire: Wire,
    { connection, message }: { readonly connection: Connection; readonly message: ClientMessage },
  ): void {
    switch (message.type) {
      case 'hello':
        wire.deliver({
          type: 'welcome',
          channel: 0,
          connection: 'c',
          user: { id: wire.user, name: 'Amber Heron', color: 1 },
        });
        return;
      case 'ping':
        wire.deliver({ ...message, type: 'pong' });
        return;
      case 'open': {
        this.#run(this.#room.leave(connection.subscription));
        const { document, ref, client, position, stateVector } = message;
        if (this.#room.size === 0)
          this.#room = new Room({ document, channel: this.#room.channel + 1 });
        const subscription = ++this.#lastSubscription;
        connection.subscription = subscription;
        const facts = {
          title: 'Tide log',
          access: 'edit',
          trashedAt: null,
          user: wire.user,
        } as const;
        this.#run(this.#room.join({ ...facts, ref, subscription, client, position, stateVector }));
        return;
      }
      case 'update':
      case 'rows:request':
      case 'leave':
        // Sent to a channel that no longer exists.
        if (message.channel !== this.#room.channel) return;
        this.#run(this.#room.message(connection.subscription, message));
        return;
      default:
        return;
    }
  }

  #run(intents: readonly RoomIntent[]): void {
    for (const intent of intents) {
      if (intent.kind === 'engine') this.#ask(intent.request);
      else this.#send(intent.to, intent.message);
    }
  }

  #send(to: readonly number[], message: ServerMessage): void {
    for (const [wire, { subscription }] of this.#connections)
      if (to.includes(subscription)) wire.deliver(message);
  }

  #ask(request: EngineRequest): void {
    if (!this.#isRunning) return;
    switch (request.kind) {
      case 'open':
        this.#authority.open(request);
        break;
      case 'append':
        this.#authority.submit({ ...request, at: this.#clock.now() });
        break;
      case 'rows:request':
        this.#authority.readRows(request);
        break;
      case 'close':
        this.#authority.close(request.subscription);
    }
    this.#turn();
  }

  #turn(): void {
    for (const event of this.#authority.takeEvents()) this.#run(this.#room.event(event));
    const batch = this.#authority.batch();
    if (batch === null) return;
    this.#clock.setTimeout(
      () => {
        if (!this.#isRunning) return;
        this.#journal.commit(batch);
        this.#authority.committed(batch);
        this.#turn();
      },
      this.#random.int(0, MAX_COMMIT_MS),
    );
  }
}
