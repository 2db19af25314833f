import type { Access, ClientMessage, ServerMessage } from '@tandem/protocol';
import { DelayedQueue, type LinkEnd, type ManualClock, type SeededRandom } from '@tandem/testkit';
import type { Authority } from '../authority.ts';
import type { EngineEvent } from '../engine-event.ts';
import { Room, type RoomIntent } from '../room.ts';
import { EngineModel, type EngineFaults, type EngineModelOptions } from './engine-model.ts';
import type { JournalModel } from './journal-model.ts';

type End = LinkEnd<ClientMessage | ServerMessage>;

export interface ServerOptions {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly journal: JournalModel;
  readonly faults: EngineFaults & { updatesSkipped: number };
  readonly cluster?: EngineModelOptions['cluster'];
  readonly crashed: () => void;
}

const ENGINE_DELAY_MS = 4;

export class ServerModel {
  readonly #options: ServerOptions;
  readonly #toEngine: DelayedQueue;
  readonly #toGateway: DelayedQueue;
  readonly #engine: EngineModel;
  #room = new Room({ document: 'document', channel: 1 });
  readonly #connections = new Map<End, { subscription: number; access: Access }>();
  readonly #ends = new Map<number, End>();
  #lastSubscription = 0;
  #state: 'running' | 'crashed' = 'running';

  constructor(options: ServerOptions) {
    const { clock, random } = options;
    this.#options = options;
    this.#toEngine = new DelayedQueue(clock, { random, maxDelayMs: ENGINE_DELAY_MS });
    this.#toGateway = new DelayedQueue(clock, { random, maxDelayMs: ENGINE_DELAY_MS });
    this.#engine = new EngineModel({
      ...options,
      emit: (event) => this.#toGateway.add(() => this.#run(this.#room.event(this.#lag(event)))),
      crash: () => this.crash(),
    });
  }

  get authority(): Authority {
    return this.#engine.authority;
  }

  accept(end: End, access: Access): void {
    this.#connections.set(end, { subscription: 0, access });
    end.receiver = {
      onMessage: (message) => this.#receive(end, message as ClientMessage),
      onEnd: () => this.drop(end),
    };
  }

  drop(end: End): void {
    const connection = this.#connections.get(end);
    if (connection === undefined) return;
    this.#connections.delete(end);
    end.close();
    this.#run(this.#room.leave(connection.subscription));
  }

  setAccess(name: string, access: Access): void {
    for (const [end, connection] of this.#connections) {
      if (end.peer !== name) continue;
      connection.access = access;
      this.#run(this.#room.changed(connection.subscription, { title: '', access }));
    }
  }

  compact(): void {
    const { journal, random } = this.#options;
    if (journal.snapshotOffset === journal.head) return;
    const compaction = journal.compact(random.int(journal.snapshotOffset + 1, journal.head));
    this.#toEngine.add(() => {
      this.authority.compacted(compaction);
      this.authority.evict();
    });
  }

  loseEngine(): void {
    this.#engine.lose();
  }

  crash(): void {
    if (this.#state === 'crashed') return;
    this.#state = 'crashed';
    this.#toEngine.crash();
    this.#toGateway.crash();
    this.#engine.end();
    for (const end of [...this.#connections.keys()]) end.close();
    this.#connections.clear();
    this.#options.crashed();
  }

  #receive(end: End, message: ClientMessage): void {
    const connection = this.#connections.get(end);
    if (connection === undefined) return;
    switch (message.type) {
      case 'open': {
        this.#run(this.#room.leave(connection.subscription));
        // A room without subscriptions is dropped; the next one has another channel.
        if (this.#room.size === 0)
          this.#room = new Room({ document: message.document, channel: this.#room.channel + 1 });
        connection.subscription = ++this.#lastSubscription;
        this.#ends.set(connection.subscription, end);
        const { ref, client, position, stateVector } = message;
        const { subscription, access } = connection;
        const user = end.peer.replace(/\d+$/, '');
        this.#run(
          this.#room.join({
            ref,
            client,
            position,
            stateVector,
            subscription,
            access,
            user,
            title: '',
            trashedAt: null,
          }),
        );
        break;
      }
      case 'update':
      case 'rows:request':
        this.#run(this.#room.message(connection.subscription, message));
        break;
      default:
        throw new Error(`a client does not send ${message.type} here`);
    }
  }

  #run(intents: readonly RoomIntent[]): void {
    for (const intent of intents) {
      if (intent.kind === 'engine') this.#toEngine.add(() => this.#engine.ask(intent.request));
      else this.#send(intent.to, intent.message);
    }
  }

  #send(to: readonly number[], message: ServerMessage): void {
    this.#mayLeave(message);
    for (const subscription of to) this.#ends.get(subscription)?.send(message);
  }

  #mayLeave(message: ServerMessage): void {
    const { journal } = this.#options;
    if (message.type === 'opened' && message.parted === true && !journal.isRestored)
      throw new Error('a replica has parted, although nothing was restored');
    if ('stateVector' in message && !journal.covers(message.stateVector)) {
      throw new Error(`${message.type} speaks of what is not committed`);
    }
    if (message.type === 'updates' && !message.updates.every((update) => journal.holds(update))) {
      throw new Error('updates hold what is not committed');
    }
    if ('to' in message && message.to > journal.head)
      throw new Error(`${message.type} up to ${message.to} of ${journal.head}`);
  }

  #lag(event: EngineEvent): EngineEvent {
    const { random, faults } = this.#options;
    if (event.kind !== 'committed' || !random.chance(faults.updatesSkipped)) return event;
    return { ...event, updates: [] };
  }
}
