/**
 * Unanswered commands, in the order of issue. The queue resends a command after a temporary refusal
 * and after a reconnect, until the server answers or has failed too often; the server executes it
 * only once.
 */
import {
  canReplace,
  errorOf,
  MAX_COMMANDS_IN_FLIGHT,
  replaces,
  waitsFor,
  type ChannelName,
  type ChannelPosition,
  type Command,
  type ErrorBody,
  type MessageOf,
} from '@tandem/protocol';
import { COMMAND_RETRY_BASE_MS, COMMAND_RETRY_CAP_MS, MAX_COMMAND_ATTEMPTS } from '../limits.ts';

export type IssuedCommand = Command & {
  /** Milliseconds since the epoch, by the author's clock. */
  readonly at: number;
};

export type EffectPosition = ChannelPosition & { readonly name: ChannelName };

/** Every kind but `send` ends the command; the owner deletes it from its store. */
export type CommandIntent =
  | { readonly kind: 'send'; readonly message: MessageOf<'command'> }
  | {
      readonly kind: 'done';
      readonly command: IssuedCommand;
      readonly positions: readonly EffectPosition[];
    }
  | { readonly kind: 'refused'; readonly command: IssuedCommand; readonly error: ErrorBody }
  | { readonly kind: 'replaced'; readonly command: IssuedCommand };

interface Entry {
  readonly command: IssuedCommand;
  /** Of an earlier visit, or of another page. */
  readonly isAdopted: boolean;
  state: 'waiting' | 'sent';
  refusals: number;
  failures: number;
}

const GIVEN_UP: ErrorBody = {
  ...errorOf('command-failed', {
    detail:
      'The server failed each time it tried this, so it was not done. Your text is kept. Try again later. If it fails again, tell the person who runs this server.',
  }),
  temporary: false,
};

/** Of the newest commands, the queue knows which earlier ones they make unnecessary. */
const MAX_REMEMBERED = 1_000;

export class CommandQueue {
  #entries = new Map<string, Entry>();
  /** Commands of this queue, also those that are done: what other pages left may be older. */
  readonly #known = new Map<string, IssuedCommand>();
  /** When commands that have failed are sent again; only commands that build on them wait. */
  readonly #resumeFailedAt = new Map<string, number>();
  #inFlight = 0;
  #isConnected = false;
  #resumeAt: number | null = null;

  get pending(): readonly IssuedCommand[] {
    return [...this];
  }

  get size(): number {
    return this.#entries.size;
  }

  *[Symbol.iterator](): Iterator<IssuedCommand> {
    for (const { command } of this.#entries.values()) yield command;
  }

  get dueAt(): number | null {
    if (!this.#isConnected) return null;
    if (this.#resumeAt !== null) return this.#resumeAt;
    return this.#resumeFailedAt.size === 0 ? null : Math.min(...this.#resumeFailedAt.values());
  }

  get firstUnanswered(): string | null {
    for (const { command, state } of this.#entries.values())
      if (state === 'sent') return command.id;
    return null;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  add(command: IssuedCommand, now: number): readonly CommandIntent[] {
    const replaced = canReplace(command) ? this.#replacedBy(command) : [];
    for (const { id } of replaced) this.#remove(id);
    this.#entries.set(command.id, entryOf(command, { isAdopted: false }));
    this.#remember(command);
    return [
      ...replaced.map((earlier) => ({ kind: 'replaced', command: earlier }) as const),
      ...this.#sendDue(now),
    ];
  }

  /**
   * Takes over commands of earlier visits and of other pages, in the order of their ids, which is that of issue. Those
   * that a command of this page has made unnecessary end.
   */
  adopt(commands: readonly IssuedCommand[], now: number): readonly CommandIntent[] {
    const unknown = commands.filter(({ id }) => !this.has(id));
    const overtaken = unknown.filter((command) => this.isOvertaken(command));
    const taken = unknown.filter((command) => !overtaken.includes(command));
    const entries = [...this.#entries.values()];
    const adopted = [
      ...entries.filter(({ isAdopted }) => isAdopted),
      ...taken.map((command) => entryOf(command, { isAdopted: true })),
    ].toSorted((one, other) => (one.command.id < other.command.id ? -1 : 1));
    const own = entries.filter(({ isAdopted }) => !isAdopted);
    for (const command of taken) this.#remember(command);
    this.#entries = new Map([...adopted, ...own].map((entry) => [entry.command.id, entry]));
    return [
      ...overtaken.map((command) => ({ kind: 'replaced', command }) as const),
      ...this.#sendDue(now),
    ];
  }

  /** Whether a later command of this queue, be it done or not, makes this one of another page unnecessary. */
  isOvertaken(command: IssuedCommand): boolean {
    if (!canReplace(command)) return false;
    for (const later of this.#known.values())
      if (later.id > command.id && replaces(later, command)) return true;
    return false;
  }

  forget(id: string, now: number): readonly CommandIntent[] {
    this.#remove(id);
    return this.#sendDue(now);
  }

  connected(now: number): readonly CommandIntent[] {
    this.disconnected();
    this.#isConnected = true;
    return this.tick(now);
  }

  disconnected(): void {
    this.#isConnected = false;
    this.#resumeAt = null;
    this.#inFlight = 0;
    for (const entry of this.#entries.values()) entry.state = 'waiting';
  }

  /** @param now milliseconds of any clock, the same for all methods */
  receive(
    message: MessageOf<'done'> | MessageOf<'refused'>,
    now: number,
  ): readonly CommandIntent[] {
    const entry = this.#entries.get(message.id);
    if (entry === undefined) return [];
    const { command } = entry;
    if (message.type === 'refused' && message.error.code === 'command-failed')
      return this.#handleFailure(entry, message.error, now);
    if (message.type === 'refused' && message.error.temporary) {
      if (entry.state === 'sent') this.#inFlight--;
      entry.state = 'waiting';
      const delayMs = message.error.retryAfterMs ?? retryDelay(entry.refusals++);
      this.#resumeAt = Math.max(this.#resumeAt ?? 0, now + delayMs);
      return [];
    }
    this.#remove(command.id);
    if (message.type === 'refused') this.#known.delete(command.id);
    const end: CommandIntent =
      message.type === 'done'
        ? { kind: 'done', command, positions: message.positions }
        : { kind: 'refused', command, error: message.error };
    return [end, ...this.#sendDue(now)];
  }

  tick(now: number): readonly CommandIntent[] {
    if (this.#resumeAt !== null && now >= this.#resumeAt) this.#resumeAt = null;
    for (const [id, resumeAt] of this.#resumeFailedAt)
      if (now >= resumeAt) this.#resumeFailedAt.delete(id);
    return this.#sendDue(now);
  }

  #handleFailure(entry: Entry, error: ErrorBody, now: number): readonly CommandIntent[] {
    const { command } = entry;
    if (entry.state === 'sent') this.#inFlight--;
    entry.state = 'waiting';
    if (++entry.failures < MAX_COMMAND_ATTEMPTS) {
      const delayMs = error.retryAfterMs ?? retryDelay(entry.failures - 1);
      this.#resumeFailedAt.set(command.id, now + delayMs);
      return this.#sendDue(now);
    }
    this.#remove(command.id);
    this.#known.delete(command.id);
    return [{ kind: 'refused', command, error: GIVEN_UP }, ...this.#sendDue(now)];
  }

  #sendDue(now: number): readonly CommandIntent[] {
    if (!this.#isConnected || (this.#resumeAt !== null && now < this.#resumeAt)) return [];
    const intents: CommandIntent[] = [];
    const before: IssuedCommand[] = [];
    for (const entry of this.#entries.values()) {
      if (this.#inFlight >= MAX_COMMANDS_IN_FLIGHT) break;
      const { command } = entry;
      const isDue = entry.state === 'waiting' && !this.#resumeFailedAt.has(command.id);
      if (isDue && !before.some((earlier) => waitsFor(command, earlier))) {
        entry.state = 'sent';
        this.#inFlight++;
        intents.push({ kind: 'send', message: wireForm(command) });
      }
      before.push(command);
    }
    return intents;
  }

  #replacedBy(command: IssuedCommand): readonly IssuedCommand[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.state === 'waiting' && replaces(command, entry.command))
      .map((entry) => entry.command);
  }

  #remember(command: IssuedCommand): void {
    if (!canReplace(command)) return;
    this.#known.set(command.id, command);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }

  #remove(id: string): void {
    if (this.#entries.get(id)?.state === 'sent') this.#inFlight--;
    this.#entries.delete(id);
    this.#resumeFailedAt.delete(id);
  }
}

function entryOf(command: IssuedCommand, { isAdopted }: Pick<Entry, 'isAdopted'>): Entry {
  return { command, isAdopted, state: 'waiting', refusals: 0, failures: 0 };
}

function wireForm({ at: _, ...command }: IssuedCommand): MessageOf<'command'> {
  return { type: 'command', channel: 0, ...command };
}

function retryDelay(refusals: number): number {
  return Math.min(COMMAND_RETRY_CAP_MS, COMMAND_RETRY_BASE_MS * 2 ** refusals);
}
