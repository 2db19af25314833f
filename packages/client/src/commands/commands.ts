/**
 * What the person asks for beside text: shown at once, kept on this device until the server has answered, said in
 * order, rolled back with a sentence where it is refused. Pages of one device share what is kept: a page says its
 * own, at its start all that is left, and later what a page that is gone has left.
 */
import {
  command as commandSchema,
  COMMANDS,
  errorOf,
  textRefusal,
  type Call,
  type ChannelName,
  type ErrorBody,
} from '@tandem/protocol';
import {
  CommandQueue,
  type CommandIntent,
  type OptimisticOverlay,
  type FollowedChannel,
  type IssuedCommand,
} from '@tandem/sync';
import type { Connection } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';
import type { CommandStore } from './command-store.ts';
import { ORPHAN_AFTER_MS, isOrphaned } from '../orphans.ts';
import { ulidMaker } from './ulid.ts';

/** More than anybody does while offline. */
export const MAX_PENDING_COMMANDS = 5_000;
/** The server remembers what came of a command for 31 days (W25); after that it would do most of them anew. */
const SAID_FOR_MS = 30 * 24 * 3_600_000;
const TOO_OLD =
  'A change that was made here more than 30 days ago was never confirmed, so it was put aside. Make it again if it is missing.';

export type PendingCommand = IssuedCommand & {
  /** It is still there after a reload. */
  readonly kept: boolean;
};

export type RefusedListener = (call: IssuedCommand, error: ErrorBody) => void;

export interface CommandsOptions {
  readonly connection: Connection;
  readonly environment: Environment;
  readonly store: CommandStore;
  /** Whether the store survives a reload. */
  readonly durable: boolean;
  readonly effects: OptimisticOverlay;
  readonly follows: (name: ChannelName) => FollowedChannel | null;
  /** What is pending, or expected, has changed. */
  readonly changed: () => void;
}

export class Commands {
  /** Resolves when what was kept is pending again. */
  readonly loaded: Promise<void>;
  readonly #options: CommandsOptions;
  readonly #queue = new CommandQueue();
  /** Other pages' commands: shown here, and said by them. */
  readonly #foreign = new Map<string, IssuedCommand>();
  /** Whose the commands are that were not given here. */
  readonly #owners = new Map<string, string | null>();
  readonly #kept = new Set<string>();
  readonly #refusedListeners = new Set<RefusedListener>();
  readonly #listeners = new Set<() => void>();
  readonly #nextId: () => string;
  readonly #stops: readonly (() => void)[];
  #storageError: ErrorBody | null = null;
  #writes: Promise<unknown> = Promise.resolve();
  #timer: unknown = null;
  #orphanTimer: unknown = null;
  #closed = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
    const { connection, environment, store } = options;
    this.#nextId = ulidMaker(environment.clock, environment.random);
    this.loaded = this.#load();
    this.#stops = [
      store.listen(() => void this.#reread()),
      connection.listen({
        state: ({ kind }) => {
          if (kind === 'connected') void this.loaded.then(() => this.#connected());
          else this.#disconnected();
        },
        message: (message) => {
          if (message.type === 'storage:changed' && message.channel === 0) {
            this.#storageError = message.error;
            this.#changed();
          }
          if (message.type !== 'done' && message.type !== 'refused') return;
          this.#run(this.#queue.receive(message, environment.clock.now()));
        },
      }),
    ];
  }

  /**
   * Shows the effect at once and has it done by the server. What came of it, hours later perhaps, is seen in the
   * channels and told to `onRefused`.
   *
   * @returns the command's id, which for a chat message is the message's
   * @throws ZodError when something other than its text does not fit the command
   */
  run(call: Call): string {
    const { clock } = this.#options.environment;
    const id = this.#nextId();
    const at = clock.now();
    const parsed = commandSchema.safeParse({ ...call, id });
    if (!parsed.success) {
      const detail = textRefusal(parsed.error);
      if (detail === null) throw parsed.error;
      this.#tellRefused({ ...call, id, at }, errorOf('bad-message', { detail }));
      return id;
    }
    const given: IssuedCommand = { ...parsed.data, at };
    if (this.#queue.size >= MAX_PENDING_COMMANDS) {
      const detail = 'Too much is waiting for the server. Try again when it has caught up.';
      this.#tellRefused(given, errorOf('too-many', { detail }));
      return id;
    }
    this.#options.effects.expect(given);
    this.#write(
      this.#options.store
        .keep({ command: given, user: this.#options.connection.user?.id ?? null })
        .then(() => this.#kept.add(id))
        .then(() => this.#notify()),
    );
    this.#run(this.#queue.add(given, clock.now()));
    return id;
  }

  /** Without an answer, oldest first, those of this person's other pages included. */
  get pending(): readonly PendingCommand[] {
    const { durable } = this.#options;
    return [...this.#queue, ...this.#foreign.values()].map((command) => ({
      ...command,
      kept: durable && this.#kept.has(command.id),
    }));
  }

  /** Why the server cannot store commands at the moment (W44). */
  get storageError(): ErrorBody | null {
    return this.#storageError;
  }

  /** Whether something is pending whose loss a person would mind. */
  get hasWork(): boolean {
    for (const command of this.#queue) if (isWork(command)) return true;
    for (const command of this.#foreign.values()) if (isWork(command)) return true;
    return false;
  }

  /** Whether a document waits to be made, so that the server cannot know it yet. */
  isCreating(document: string): boolean {
    return [...this.#queue, ...this.#foreign.values()].some(
      ({ name, input }) => name === 'document:create' && input.document === document,
    );
  }

  /** Called after every change of `pending`; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called when something was rolled back, with the reason; returns the way to stop. */
  onRefused(listener: RefusedListener): () => void {
    this.#refusedListeners.add(listener);
    return () => this.#refusedListeners.delete(listener);
  }

  /** Resolves when what was given so far is kept, or cannot be. */
  async flush(): Promise<void> {
    await this.#writes;
  }

  close(): void {
    this.#closed = true;
    const { clock } = this.#options.environment;
    clock.clearTimeout(this.#timer);
    clock.clearTimeout(this.#orphanTimer);
    for (const stop of this.#stops) stop();
    this.#options.store.close();
  }

  async #load(): Promise<void> {
    const kept = await this.#options.store.all().catch(() => []);
    if (this.#closed) return;
    const unknown = kept.filter(({ command }) => !this.#queue.has(command.id));
    for (const { command, user } of unknown) this.#owners.set(command.id, user);
    for (const { command } of unknown) this.#kept.add(command.id);
    const commands = unknown.map(({ command }) => command);
    this.#options.effects.expectEarlier(commands);
    this.#run(this.#queue.adopt(commands, this.#options.environment.clock.now()));
  }

  #connected(): void {
    const { connection, effects, environment } = this.#options;
    if (this.#closed || connection.state.kind !== 'connected') return;
    for (const [id, owner] of this.#owners) {
      if (this.#isOurs(owner)) continue;
      // Left where it is kept, for the day when that person is back.
      this.#owners.delete(id);
      this.#foreign.delete(id);
      this.#queue.forget(id, environment.clock.now());
      effects.forget(id);
    }
    this.#rejectOldCommands(environment.clock.now());
    this.#run(this.#queue.connected(environment.clock.now()));
    void this.#reread();
  }

  #disconnected(): void {
    this.#queue.disconnected();
    // The next connection states it again.
    this.#storageError = null;
  }

  /** What the server may have done long ago must not undo what others have done since. */
  #rejectOldCommands(now: number): void {
    const old = [...this.#queue, ...this.#foreign.values()].filter(
      (command) => now - command.at > SAID_FOR_MS && !COMMANDS[command.name].isIdempotent,
    );
    for (const command of old) {
      this.#foreign.delete(command.id);
      const error = errorOf('forbidden', { detail: TOO_OLD });
      this.#run([...this.#queue.forget(command.id, now), { kind: 'refused', command, error }]);
    }
  }

  #isOurs(owner: string | null): boolean {
    const us = this.#options.connection.user?.id;
    return owner === null || us === undefined || owner === us;
  }

  /** Shows what other pages have kept, forgets what they have removed, and takes over what is left. */
  async #reread(): Promise<void> {
    await this.loaded;
    const { store, effects, environment } = this.#options;
    const kept = await store.all().catch(() => null);
    if (kept === null || this.#closed) return;
    const now = environment.clock.now();
    const ids = new Set(kept.map(({ command }) => command.id));
    for (const id of this.#owners.keys()) {
      if (ids.has(id)) continue;
      this.#owners.delete(id);
      this.#foreign.delete(id);
      effects.forget(id);
      this.#run(this.#queue.forget(id, now));
    }
    for (const { command, user } of kept) {
      if (this.#queue.has(command.id) || this.#foreign.has(command.id) || !this.#isOurs(user))
        continue;
      // One of our own that has just been answered is being removed.
      if (this.#kept.has(command.id)) continue;
      this.#owners.set(command.id, user);
      this.#kept.add(command.id);
      this.#foreign.set(command.id, command);
      effects.expect(command);
    }
    this.#adoptOrphans(now);
    this.#changed();
  }

  #adoptOrphans(now: number): void {
    const { connection, environment } = this.#options;
    const { clock } = environment;
    if (connection.state.kind === 'connected') this.#rejectOldCommands(now);
    const orphans = [...this.#foreign.values()].filter((command) => isOrphaned(command, now));
    for (const { id } of orphans) this.#foreign.delete(id);
    if (orphans.length > 0) this.#run(this.#queue.adopt(orphans, now));
    clock.clearTimeout(this.#orphanTimer);
    if (this.#foreign.size > 0)
      this.#orphanTimer = clock.setTimeout(() => void this.#reread(), ORPHAN_AFTER_MS);
  }

  #run(intents: readonly CommandIntent[]): void {
    const { connection, effects, store, follows, environment } = this.#options;
    for (const intent of intents) {
      if (intent.kind === 'send') {
        connection.send(intent.message);
        continue;
      }
      const { command } = intent;
      if (intent.kind === 'done') effects.done(command.id, intent.positions, follows);
      else effects.forget(command.id);
      this.#owners.delete(command.id);
      this.#write(store.remove(command.id).then(() => this.#kept.delete(command.id)));
      if (intent.kind === 'refused') this.#tellRefused(command, intent.error);
    }
    const { clock } = environment;
    clock.clearTimeout(this.#timer);
    const { dueAt } = this.#queue;
    if (dueAt !== null)
      this.#timer = clock.setTimeout(
        () => this.#run(this.#queue.tick(clock.now())),
        Math.max(0, dueAt - clock.now()),
      );
    this.#changed();
  }

  /** One that fails costs the safety of its command, not the command. */
  #write(writing: Promise<unknown>): void {
    this.#writes = Promise.allSettled([this.#writes, writing]);
  }

  #tellRefused(command: IssuedCommand, error: ErrorBody): void {
    for (const listener of [...this.#refusedListeners]) listener(command, error);
  }

  #changed(): void {
    if (this.#closed) return;
    this.#options.changed();
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** False for commands whose loss no person notices, such as reading marks. */
export function isWork({ name }: IssuedCommand): boolean {
  return COMMANDS[name].isSilent !== true;
}
