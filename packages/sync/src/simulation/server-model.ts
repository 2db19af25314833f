import type { Access, ClientMessage, ServerMessage } from '@tandem/protocol';
import { DelayedQueue, type LinkEnd, type ManualClock, type SeededRandom } from '@tandem/testkit';
import { Authority } from '../authority.ts';
import type { EngineEvent, EngineRequest } from '../engine-event.ts';
import { Room, type RoomIntent } from '../room.ts';
import { rules } from './content.ts';
import type { JournalModel } from './journal-model.ts';

type End = LinkEnd<ClientMessage | ServerMessage>;

export interface ServerOptions {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly journal: JournalModel;
  /**
   * Probability that a commit fails or crashes the process; half of the faults follow the write.
   */
  readonly faults: { commitFails: number; commitCrashes: number; updatesSkipped: number };
  readonly crashed: () => void;
}

const ENGINE_DELAY_MS = 4;
const COMMIT_MS = 6;

export class ServerModel {
  readonly #options: ServerOptions;
  readonly #toEngine: DelayedQueue;
  readonly #toGateway: DelayedQueue;
  #authority: Authority;
  #room = new Room({ document: 'document', channel: 1 });
  readonly #connections = new Map<End, { subscription: number; access: Access }>();
  readonly #ends = new Map<number, End>();
  #lastSubscription = 0;
  #state: 'running' | 'crashed' = 'running';

  constructor(options: ServerOptions) {
    const { clock, random, journal } = options;
    this.#options = options;
    this.#toEngine = new DelayedQueue(clock, { random, maxDelayMs: ENGINE_DELAY_MS });
    this.#toGateway = new DelayedQueue(clock, { random, maxDelayMs: ENGINE_DELAY_MS });
    this.#authority = Authority.load(journal.load(), rules);
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
      this.#authority.compacted(compaction);
      this.#authority.evict();
    });
  }

  loseEngine(): void {
    this.#authority = Authority.load(this.#options.journal.load(), rules);
    this.#toGateway.add(() =>
      this.#run(this.#room.event({ kind: 'lost', document: this.#room.document })),
    );
  }

  crash(): void {
    if (this.#state === 'crashed') return;
    this.#state = 'crashed';
    this.#toEngine.crash();
    this.#toGateway.crash();
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
      if (intent.kind === 'engine') this.#toEngine.add(() => this.#ask(intent.request));
      else this.#send(intent.to, intent.message);
    }
  }

  #send(to: readonly number[], message: ServerMessage): void {
    this.#mayLeave(message);
    for (const subscription of to) this.#ends.get(subscription)?.send(message);
  }

  #mayLeave(message: ServerMessage): void {
    const { journal } = this.#options;
    if ('stateVector' in message && !journal.covers(message.stateVector)) {
      throw new Error(`${message.type} speaks of what is not committed`);
    }
    if (message.type === 'updates' && !message.updates.every((update) => journal.holds(update))) {
      throw new Error('updates hold what is not committed');
    }
    if ('to' in message && message.to > journal.head)
      throw new Error(`${message.type} up to ${message.to} of ${journal.head}`);
  }

  #ask(request: EngineRequest): void {
    switch (request.kind) {
      case 'open':
        this.#authority.open(request);
        break;
      case 'append':
        this.#authority.submit({ ...request, at: this.#options.clock.now() });
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
    for (const event of this.#authority.takeEvents())
      this.#toGateway.add(() => this.#run(this.#room.event(this.#lag(event))));
    const batch = this.#authority.batch();
    if (batch === null) return;
    const { clock, random, journal, faults } = this.#options;
    const authority = this.#authority;
    const isOver = () => this.#state === 'crashed' || this.#authority !== authority;
    clock.setTimeout(
      () => {
        if (isOver()) return;
        const outcome = random.chance(faults.commitFails)
          ? 'fails'
          : random.chance(faults.commitCrashes)
            ? 'crashes'
            : 'succeeds';
        if (outcome === 'succeeds' || random.chance(0.5)) journal.commit(batch);
        if (outcome === 'crashes') return this.crash();
        // The answer takes time, during which the engine continues.
        clock.setTimeout(
          () => {
            if (isOver()) return;
            if (outcome === 'fails') authority.failed(batch);
            else authority.committed(batch);
            this.#turn();
          },
          random.int(0, COMMIT_MS),
        );
      },
      random.int(0, COMMIT_MS),
    );
  }

  #lag(event: EngineEvent): EngineEvent {
    const { random, faults } = this.#options;
    if (event.kind !== 'committed' || !random.chance(faults.updatesSkipped)) return event;
    return { ...event, updates: [] };
  }
}
