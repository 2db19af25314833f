/** A page: its command queue, predictions and channels, and the state that its device stores. */
import {
  MAX_CHAT_PAGE,
  type ChannelName,
  type ChannelState,
  type Command,
  type User,
} from '@tandem/protocol';
import { DelayedQueue, type LinkEnd, type ManualClock, type SeededRandom } from '@tandem/testkit';
import {
  ChannelReplica,
  type PersistedState,
  type ReplicaIntent,
  type ReplicaMessage,
} from '../channel-replica.ts';
import type { IssuedCommand } from '../command-queue.ts';
import { CommandQueue, type CommandIntent } from '../command-queue.ts';
import { OptimisticOverlay } from '../optimistic-overlay.ts';
import { keyOf, SHARED_DOCUMENT, type LedgerModel } from './ledger-model.ts';
import type { Message } from './server-model.ts';

const MAX_WRITE_MS = 8;
const MAX_REDIAL_MS = 30;
const AGAIN_MS = 10;
/** An older state may lack the newest messages; a fresh one contains at least this many. */
const MAX_SURELY_SHOWN = MAX_CHAT_PAGE / 2;

export interface StoredModel {
  readonly commands: Map<string, IssuedCommand>;
  readonly states: Map<ChannelName, PersistedState>;
}

export interface DeviceOptions {
  readonly name: string;
  readonly user: User;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly ledger: LedgerModel;
  readonly stored: StoredModel;
  readonly dial: (from: string, user: string) => LinkEnd<Message> | null;
}

export const CHANNELS: readonly ChannelName[] = [
  'library',
  'inbox',
  `chat:${SHARED_DOCUMENT}`,
  `comments:${SHARED_DOCUMENT}`,
  `sharing:${SHARED_DOCUMENT}`,
];

export class DeviceModel {
  readonly name: string;
  readonly user: User;
  readonly stored: StoredModel;
  readonly refused = new Set<string>();
  readonly #options: DeviceOptions;
  #queue = new CommandQueue();
  #effects = new OptimisticOverlay();
  #replicas = new Map<ChannelName, ChannelReplica>();
  #writes: DelayedQueue;
  #end: LinkEnd<Message> | null = null;
  #checked = new Map<ChannelName, ChannelState>();
  #lastRef = 0;
  #timer: unknown;
  #redial: unknown;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.name = options.name;
    this.user = options.user;
    this.stored = options.stored;
    this.#writes = this.#start();
  }

  get pending(): readonly IssuedCommand[] {
    return this.#queue.pending;
  }

  get states(): ReadonlyMap<ChannelName, ChannelReplica> {
    return this.#replicas;
  }

  give(command: Command): void {
    const given = { ...command, at: this.#options.clock.now() } as IssuedCommand;
    this.#writes.add(() => this.stored.commands.set(given.id, given));
    this.#effects.expect(given);
    this.#runCommands(this.#queue.add(given, this.#options.clock.now()));
  }

  shown(name: ChannelName): ChannelState | null {
    const state = this.#replicas.get(name)?.state ?? null;
    if (state === null) return null;
    const stateOf = (other: ChannelName) => (other === name ? null : this.shown(other));
    return this.#effects.over(state, { name, user: this.user, stateOf });
  }

  toggle(name: ChannelName): void {
    const replica = this.#replicas.get(name);
    if (replica === undefined) return this.#follow(name);
    this.#runReplica(replica, replica.unsubscribe());
    this.#replicas.delete(name);
    this.#effects.moved(name, null);
  }

  openAll(): void {
    for (const name of CHANNELS) if (!this.#replicas.has(name)) this.#follow(name);
  }

  keepStates(): void {
    const kept = new Map<ChannelName, PersistedState>();
    for (const [name, { position, state }] of this.#replicas)
      if (position !== null && state !== null) kept.set(name, { position, state });
    this.#writes.add(() => kept.forEach((state, name) => this.stored.states.set(name, state)));
  }

  leaveConnection(): void {
    this.#end?.close();
    this.#disconnected();
  }

  crash(): void {
    this.#writes.crash();
    this.#end?.close();
    this.#disconnected();
    this.#queue = new CommandQueue();
    this.#effects = new OptimisticOverlay();
    this.#replicas = new Map();
    this.#writes = this.#start();
  }

  #start(): DelayedQueue {
    const { clock, random } = this.#options;
    const commands = [...this.stored.commands.values()];
    this.#effects.expectEarlier(commands);
    this.#queue.adopt(commands, clock.now());
    for (const name of CHANNELS) this.#follow(name);
    this.#dialSoon();
    return new DelayedQueue(clock, { random, maxDelayMs: MAX_WRITE_MS });
  }

  #follow(name: ChannelName): void {
    const replica = new ChannelReplica({ name, persisted: this.stored.states.get(name) });
    this.#replicas.set(name, replica);
    if (this.#end !== null) this.#runReplica(replica, replica.subscribe(++this.#lastRef));
  }

  #dialSoon(): void {
    const { clock, random, dial } = this.#options;
    clock.clearTimeout(this.#redial);
    this.#redial = clock.setTimeout(
      () => {
        const end = dial(this.name, this.user.id);
        if (end === null) return this.#dialSoon();
        this.#end = end;
        end.receiver = {
          onMessage: (message) => this.#end === end && this.#receive(message),
          onEnd: () => this.#end === end && this.#disconnected(),
        };
        for (const replica of this.#replicas.values())
          this.#runReplica(replica, replica.subscribe(++this.#lastRef));
        this.#runCommands(this.#queue.connected(clock.now()));
      },
      random.int(0, MAX_REDIAL_MS),
    );
  }

  #disconnected(): void {
    this.#end = null;
    this.#queue.disconnected();
    for (const replica of this.#replicas.values()) replica.disconnected();
    this.#dialSoon();
  }

  #receive(message: Message): void {
    const now = this.#options.clock.now();
    if (message.type === 'done' || message.type === 'refused')
      return this.#runCommands(this.#queue.receive(message, now));
    if (message.type === 'subscribed' && !this.#replicas.has(message.name))
      this.#end?.send({ type: 'unsubscribe', channel: message.channel });
    for (const replica of this.#replicas.values())
      this.#runReplica(replica, replica.receive(message as ReplicaMessage, now));
  }

  #runCommands(intents: readonly CommandIntent[]): void {
    for (const intent of intents) {
      if (intent.kind === 'send') {
        this.#end?.send(intent.message);
        continue;
      }
      const { id } = intent.command;
      if (intent.kind === 'done') {
        this.#effects.done(id, intent.positions, (name) => this.#followed(name));
        this.#expectSeen(intent.command);
      } else this.#effects.forget(id);
      if (intent.kind === 'refused') this.refused.add(id);
      this.#writes.add(() => this.stored.commands.delete(id));
    }
    this.#schedule();
  }

  #runReplica(replica: ChannelReplica, intents: readonly ReplicaIntent[]): void {
    for (const intent of intents) {
      switch (intent.kind) {
        case 'send':
          this.#end?.send(intent.message);
          break;
        case 'applied':
          this.#effects.arrived(replica.name, intent.events);
          break;
        case 'again':
          this.#options.clock.setTimeout(() => {
            if (this.#end !== null && replica.phase === 'closed' && this.#isOpen(replica))
              this.#runReplica(replica, replica.subscribe(++this.#lastRef));
          }, AGAIN_MS);
          break;
        case 'lost':
          throw new Error(`${this.name} lost ${replica.name}: ${intent.error.message}`);
        case 'replaced':
          break;
      }
    }
    if (!this.#isOpen(replica)) return;
    this.#expectTruth(replica);
    this.#effects.moved(replica.name, this.#followed(replica.name));
    this.#schedule();
  }

  #isOpen(replica: ChannelReplica): boolean {
    return this.#replicas.get(replica.name) === replica;
  }

  #followed(name: ChannelName) {
    const replica = this.#replicas.get(name);
    if (replica === undefined) return null;
    return { position: replica.position, isSubscribed: replica.channel !== undefined };
  }

  /** EF2: a finished command's effect stays visible. */
  #expectSeen(command: IssuedCommand): void {
    if (command.name !== 'chat:send') return;
    const name = `chat:${command.input.document}` as const;
    const shown = this.shown(name);
    const truth = this.#options.ledger.channel(name)?.state;
    const has = (state: ChannelState | null | undefined, newest: number) =>
      state?.type === 'chat' && state.messages.slice(-newest).some(({ id }) => id === command.id);
    if (shown !== null && has(truth, MAX_SURELY_SHOWN) && !has(shown, Infinity))
      throw new Error(`${this.name} does not see ${command.id}, which is done`);
  }

  /** EV1: the replica equals the server's state at that offset. */
  #expectTruth({ name, position, state }: ChannelReplica): void {
    if (position === null || state === null || this.#checked.get(name) === state) return;
    this.#checked.set(name, state);
    const key = keyOf(name, this.user.id);
    const truth = this.#options.ledger.stateAt(key, position.epoch, position.offset);
    if (JSON.stringify(newest(state)) !== JSON.stringify(truth))
      throw new Error(
        `${this.name} at ${name} ${position.offset}:\n${JSON.stringify(state)}\n${JSON.stringify(truth)}`,
      );
  }

  #schedule(): void {
    const { clock } = this.#options;
    const due = [this.#queue, ...this.#replicas.values()].flatMap(({ dueAt }) => dueAt ?? []);
    clock.clearTimeout(this.#timer);
    if (due.length === 0) return;
    const delay = Math.max(0, Math.min(...due) - clock.now());
    this.#timer = clock.setTimeout(() => {
      for (const replica of this.#replicas.values())
        this.#runReplica(replica, replica.tick(clock.now()));
      this.#runCommands(this.#queue.tick(clock.now()));
    }, delay);
  }
}

export function newest(state: ChannelState): ChannelState {
  return state.type === 'chat'
    ? { ...state, messages: state.messages.slice(-MAX_CHAT_PAGE) }
    : state;
}
