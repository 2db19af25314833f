/**
 * Commands of this person: shown at once, stored on this device until the server has answered, sent in order, and rolled
 * back with a sentence if refused. Pages of one device share the store: a page sends its own commands, at its start all
 * that are stored, and later those of pages that were closed (unstored-commands.ts).
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
  CONFIRM_AGAIN_CAP_MS,
  CONFIRM_AGAIN_MS,
  type CommandIntent,
  type OptimisticOverlay,
  type FollowedChannel,
  type IssuedCommand,
} from '@tandem/sync';
import { AnswerDeadline } from '../answer-deadline.ts';
import type { Connection } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';
import { bytesOf, isKnown, type CommandStore, type KeptCommand } from './command-store.ts';
import type { UnloadOutboxStorage } from '../store/unload-outbox.ts';
import { isTooOld, putAside, TOO_LARGE, tooLarge } from './put-aside.ts';
import { UnstoredCommands } from './unstored-commands.ts';
import { Listeners } from '../listeners.ts';
import { ORPHAN_AFTER_MS, isOrphaned } from '../orphans.ts';
import { commandIds, type CommandIds } from './ids.ts';

export const MAX_PENDING_COMMANDS = 5_000;

export type PendingCommand = IssuedCommand & {
  readonly kept: boolean;
};

export type RefusedListener = (call: IssuedCommand, error: ErrorBody) => void;

export interface CommandsOptions {
  readonly connection: Connection;
  readonly environment: Environment;
  readonly store: CommandStore;
  readonly durable: boolean;
  /** Of a command on the wire (CM17). */
  readonly maxBytes: number;
  /** Null where commands do not outlive the page. */
  readonly unloadOutbox: UnloadOutboxStorage | null;
  readonly effects: OptimisticOverlay;
  readonly follows: (name: ChannelName) => FollowedChannel | null;
  readonly changed: () => void;
}

export class Commands {
  readonly loaded: Promise<void>;
  readonly #options: CommandsOptions;
  readonly #queue = new CommandQueue();
  readonly #ofOtherPages = new Map<string, IssuedCommand>();
  readonly #owners = new Map<string, string | null>();
  readonly #persisted = new Set<string>();
  readonly #refusedListeners = new Listeners<RefusedListener>();
  readonly #listeners = new Listeners<() => void>();
  readonly #ids: CommandIds;
  readonly #deadline: AnswerDeadline;
  readonly #unstored: UnstoredCommands;
  readonly #stops: readonly (() => void)[];
  #storageError: ErrorBody | null = null;
  #writes: Promise<unknown> = Promise.resolve();
  #timer: unknown = null;
  #orphanTimer: unknown = null;
  #connection = 0;
  #closed = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
    const { connection, environment, store, unloadOutbox } = options;
    this.#unstored = new UnstoredCommands({
      storage: unloadOutbox,
      environment,
      store,
      list: () => [...this.#queue].filter(({ id }) => !this.#persisted.has(id)),
      hold: (left) => this.#hold(left),
    });
    this.#deadline = new AnswerDeadline({
      connection,
      clock: environment.clock,
      wait: { baseMs: CONFIRM_AGAIN_MS, capMs: CONFIRM_AGAIN_CAP_MS },
      overdue: () => connection.reconnect(),
    });
    this.#ids = commandIds(environment.clock, environment.random);
    this.loaded = this.#load();
    this.#stops = [
      store.listen(() => void this.#syncWithStore()),
      environment.listen((event) => {
        // A page that was closed may be why this one is shown.
        if (event === 'wake') void this.recover();
      }),
      connection.listen({
        state: ({ kind }) => {
          if (kind === 'connected') void this.#connected();
          else this.#disconnected();
        },
        message: (message) => {
          if (message.type === 'pong') this.#deadline.pong(message.nonce);
          if (message.type === 'storage:changed' && message.channel === 0) {
            this.#storageError = message.error;
            this.#changed();
          }
          if (message.type !== 'done' && message.type !== 'refused') return;
          this.#execute(this.#queue.receive(message, environment.clock.now()));
        },
      }),
    ];
  }

  /**
   * Shows the effect at once and sends the command. Channels show the result, and `onRefused`
   * reports a refusal, perhaps hours later.
   *
   * @returns the command's id, which for a chat message is the message's
   * @throws ZodError when something other than its text does not fit the command
   */
  run(call: Call): string {
    const { clock } = this.#options.environment;
    const id = this.#ids.next();
    const at = clock.now();
    const parsed = commandSchema.safeParse({ ...call, id });
    if (!parsed.success) {
      const detail = textRefusal(parsed.error);
      if (detail === null) throw parsed.error;
      this.#notifyRefused({ ...call, id, at }, errorOf('bad-message', { detail }));
      return id;
    }
    const given: IssuedCommand = { ...parsed.data, at };
    if (bytesOf({ type: 'command', channel: 0, ...parsed.data }) > this.#options.maxBytes) {
      this.#notifyRefused(given, TOO_LARGE);
      return id;
    }
    if (this.#queue.size >= MAX_PENDING_COMMANDS) {
      const detail = 'Too much is waiting for the server. Try again when it has caught up.';
      this.#notifyRefused(given, errorOf('too-many', { detail }));
      return id;
    }
    const user = this.#options.connection.user?.id ?? null;
    this.#options.effects.expect(given);
    this.#track(
      this.#options.store
        .keep({ command: given, user })
        .then(() => this.#persisted.add(id))
        .then(() => this.#notify()),
    );
    this.#execute(this.#queue.add(given, clock.now()));
    this.#dropOvertaken();
    this.#unstored.issued(id, user);
    return id;
  }

  get pending(): readonly PendingCommand[] {
    const { durable } = this.#options;
    return [...this.#queue, ...this.#ofOtherPages.values()].map((command) => ({
      ...command,
      kept: durable && this.#persisted.has(command.id),
    }));
  }

  get storageError(): ErrorBody | null {
    return this.#storageError;
  }

  get hasWork(): boolean {
    for (const command of this.#queue) if (isWork(command)) return true;
    for (const command of this.#ofOtherPages.values()) if (isWork(command)) return true;
    return false;
  }

  isCreating(document: string): boolean {
    return [...this.#queue, ...this.#ofOtherPages.values()].some(
      ({ name, input }) => name === 'document:create' && input.document === document,
    );
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  onRefused(listener: RefusedListener): () => void {
    return this.#refusedListeners.add(listener);
  }

  async flush(): Promise<void> {
    await this.#writes;
  }

  /** Takes over what closed pages left in the unload outbox. */
  async recover(): Promise<void> {
    if (await this.#unstored.recover()) await this.#syncWithStore();
  }

  close(): void {
    this.#closed = true;
    this.#unstored.close();
    this.#deadline.pause();
    const { clock } = this.#options.environment;
    clock.clearTimeout(this.#timer);
    clock.clearTimeout(this.#orphanTimer);
    for (const stop of this.#stops) stop();
    this.#options.store.close();
  }

  async #load(): Promise<void> {
    await this.#unstored.recover();
    const kept = await this.#options.store.all().catch(() => []);
    if (this.#closed) return;
    const unknown = kept.filter(({ command }) => !this.#queue.has(command.id));
    for (const { command, user } of unknown) this.#owners.set(command.id, user);
    for (const { command } of unknown) this.#persisted.add(command.id);
    for (const { command } of kept) this.#ids.follow(command.id);
    const commands = unknown.map(({ command }) => command);
    this.#options.effects.expectEarlier(commands);
    this.#execute(this.#queue.adopt(commands, this.#options.environment.clock.now()));
  }

  /** Sends commands of closed pages for which the device has no room. @throws Error for those of others */
  #hold(left: readonly KeptCommand[]): void {
    const { connection, effects, environment } = this.#options;
    const us = connection.user?.id;
    const isOurs = left.every((kept) => isKnown(kept) && (kept.user === null || kept.user === us));
    if (us === undefined || !isOurs) throw new Error('commands of another user');
    const now = environment.clock.now();
    const unknown = left
      .map(({ command }) => command)
      .filter(({ id }) => !this.#queue.has(id) && !this.#ofOtherPages.has(id));
    const old = unknown.filter((command) => isTooOld(command, now));
    const recent = unknown.filter((command) => !old.includes(command));
    effects.expectEarlier(recent);
    this.#execute([...old.map(putAside), ...this.#queue.adopt(recent, now)]);
  }

  async #connected(): Promise<void> {
    const connected = ++this.#connection;
    await this.loaded;
    if (await this.#unstored.recover()) await this.#syncWithStore();
    if (connected !== this.#connection) return;
    const { connection, effects, environment } = this.#options;
    if (this.#closed || connection.state.kind !== 'connected') return;
    for (const [id, owner] of this.#owners) {
      if (this.#isOurs(owner)) continue;
      // The command stays in the store until its author signs in again.
      this.#owners.delete(id);
      this.#ofOtherPages.delete(id);
      this.#queue.forget(id, environment.clock.now());
      effects.forget(id);
    }
    this.#rejectOldCommands(environment.clock.now());
    this.#execute(this.#queue.connected(environment.clock.now()));
    void this.#syncWithStore();
  }

  #disconnected(): void {
    this.#connection++;
    this.#queue.disconnected();
    this.#deadline.pause();
    // The next connection states it again.
    this.#storageError = null;
  }

  /** The server may have executed an old command; a repeat must not undo what others did since. */
  #rejectOldCommands(now: number): void {
    const old = [...this.#queue, ...this.#ofOtherPages.values()].filter((command) =>
      isTooOld(command, now),
    );
    for (const command of old) {
      this.#ofOtherPages.delete(command.id);
      this.#execute([...this.#queue.forget(command.id, now), putAside(command)]);
    }
  }

  #isOurs(owner: string | null): boolean {
    const us = this.#options.connection.user?.id;
    return owner === null || us === undefined || owner === us;
  }

  async #syncWithStore(): Promise<void> {
    await this.loaded;
    const { store, effects, environment } = this.#options;
    const kept = await store.all().catch(() => null);
    if (kept === null || this.#closed) return;
    const now = environment.clock.now();
    const ids = new Set(kept.map(({ command }) => command.id));
    for (const id of this.#owners.keys()) {
      if (ids.has(id)) continue;
      this.#owners.delete(id);
      this.#ofOtherPages.delete(id);
      effects.forget(id);
      this.#execute(this.#queue.forget(id, now));
    }
    for (const { command, user } of kept) {
      if (this.#queue.has(command.id) || this.#ofOtherPages.has(command.id) || !this.#isOurs(user))
        continue;
      // An answered command of this page, on its way out of the store.
      if (this.#persisted.has(command.id)) continue;
      this.#owners.set(command.id, user);
      this.#persisted.add(command.id);
      this.#ids.follow(command.id);
      this.#ofOtherPages.set(command.id, command);
      if (!this.#queue.isOvertaken(command)) effects.expect(command);
    }
    this.#dropOvertaken();
    this.#adoptOrphans(now);
    this.#changed();
  }

  /** What other pages left, and a later command here makes unnecessary, is not shown any more, nor sent. */
  #dropOvertaken(): void {
    const overtaken = [...this.#ofOtherPages.values()].filter((command) =>
      this.#queue.isOvertaken(command),
    );
    for (const { id } of overtaken) this.#ofOtherPages.delete(id);
    if (overtaken.length > 0)
      this.#execute(overtaken.map((command) => ({ kind: 'replaced', command }) as const));
  }

  #adoptOrphans(now: number): void {
    const { connection, environment } = this.#options;
    const { clock } = environment;
    if (connection.state.kind === 'connected') this.#rejectOldCommands(now);
    const orphans = [...this.#ofOtherPages.values()].filter((command) => isOrphaned(command, now));
    for (const { id } of orphans) this.#ofOtherPages.delete(id);
    if (orphans.length > 0) this.#execute(this.#queue.adopt(orphans, now));
    clock.clearTimeout(this.#orphanTimer);
    if (this.#ofOtherPages.size > 0)
      this.#orphanTimer = clock.setTimeout(() => void this.#syncWithStore(), ORPHAN_AFTER_MS);
  }

  #execute(intents: readonly CommandIntent[]): void {
    const { connection, effects, store, follows, environment, maxBytes } = this.#options;
    const due = [...intents];
    for (const intent of due) {
      if (intent.kind === 'send') {
        const { message } = intent;
        // What was stored may be anything. Refused here, it ends as if the server had read it (CM17).
        if (bytesOf(message) <= maxBytes) connection.send(message);
        else due.push(...this.#queue.receive(tooLarge(message), environment.clock.now()));
        continue;
      }
      const { command } = intent;
      if (intent.kind === 'done') effects.done(command.id, intent.positions, follows);
      else effects.forget(command.id);
      this.#owners.delete(command.id);
      this.#unstored.ended(command.id, { isAnswered: intent.kind === 'done' });
      this.#track(store.remove(command.id).then(() => this.#persisted.delete(command.id)));
      if (intent.kind === 'refused') this.#notifyRefused(command, intent.error);
    }
    const { clock } = environment;
    clock.clearTimeout(this.#timer);
    const { dueAt } = this.#queue;
    if (dueAt !== null)
      this.#timer = clock.setTimeout(
        () => this.#execute(this.#queue.tick(clock.now())),
        Math.max(0, dueAt - clock.now()),
      );
    this.#changed();
  }

  #followAnswer(): void {
    const first = this.#queue.firstUnanswered;
    if (first === null) this.#deadline.answered();
    else if (this.#storageError !== null) this.#deadline.pause();
    else this.#deadline.follow(first);
  }

  /** A failed write costs the command its safety over a reload, and nothing else. */
  #track(writing: Promise<unknown>): void {
    this.#writes = Promise.allSettled([this.#writes, writing]);
  }

  #notifyRefused(command: IssuedCommand, error: ErrorBody): void {
    this.#refusedListeners.notify((listener) => listener(command, error));
  }

  #changed(): void {
    if (this.#closed) return;
    this.#followAnswer();
    this.#options.changed();
    this.#notify();
  }

  #notify(): void {
    this.#unstored.changed();
    this.#listeners.notify((listener) => listener());
  }
}

/** False for commands whose loss no person notices, such as reading marks. */
export function isWork({ name }: Pick<Call, 'name'>): boolean {
  return COMMANDS[name].isSilent !== true;
}
