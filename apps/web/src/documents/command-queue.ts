/**
 * Commands in order, one at a time, until the server has each of them. They outlive the page: what was done
 * offline is sent at the next visit. Tabs share one queue; a command that two tabs send happens once.
 */
import type { ErrorBody } from '@tandem/protocol';
import { z } from 'zod';
import { Observable } from '../observable.ts';
import { failureOf, isTemporary } from '../http/request.ts';
import type { DeviceStorage } from '../session/device-storage.ts';
import { command, enqueue, type Command } from './command.ts';

export const COMMANDS_KEY = 'commands';
const RETRY_MS = 5_000;

export interface CommandQueueOptions {
  readonly storage: DeviceStorage;
  /** Rejects with a `RequestFailed`. */
  readonly send: (command: Command) => Promise<void>;
  /** The server has it; called while it still counts as pending, so that nothing flickers. */
  readonly settled: (command: Command) => void;
  /** The server would not do it, and it is given up. */
  readonly refused: (command: Command, error: ErrorBody) => void;
  /** Whether something is written in a document that waits to be made. */
  readonly isWritten: (document: string) => Promise<boolean>;
  readonly later: (run: () => void, delayMs: number) => void;
}

export interface QueueState {
  readonly commands: readonly Command[];
  /** False when this device cannot keep them, so that closing the page would lose them. */
  readonly kept: boolean;
  /**
   * Why the server would not make a document, by its id. Its commands stay, held back, as long as something is
   * written in it: without the document, that text could go nowhere.
   */
  readonly refused: ReadonlyMap<string, ErrorBody>;
}

export class CommandQueue {
  readonly state: Observable<QueueState>;
  readonly #options: CommandQueueOptions;
  #flushing: Promise<void> | null = null;
  #retryIsDue = false;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
    this.state = new Observable<QueueState>({
      commands: this.#stored(),
      kept: true,
      refused: new Map(),
    });
  }

  add(next: Command): void {
    this.#replace(enqueue(this.#latest(), next));
    void this.flush();
  }

  /** Sends what waits. Resolves, never rejects, when nothing waits any more or the server cannot be reached. */
  flush(): Promise<void> {
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  /** As `flush`, and what the server refused as well: it may have changed its mind. */
  retry(): Promise<void> {
    this.state.set({ ...this.state.get(), refused: new Map() });
    return this.flush();
  }

  /** Another tab has changed what is kept. */
  reload(): void {
    this.state.set({ ...this.state.get(), commands: this.#stored() });
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const { commands, refused } = this.state.get();
      const next = commands.find(({ document }) => !refused.has(document));
      if (next === undefined) return;
      try {
        await this.#options.send(next);
        this.#options.settled(next);
      } catch (thrown) {
        const failure = failureOf(thrown);
        if (isTemporary(failure)) return this.#retryLater();
        if (failure.kind === 'refused') {
          if (next.kind === 'create' && (await this.#isWritten(next.document))) {
            this.#hold(next.document, failure.error);
            continue;
          }
          this.#options.refused(next, failure.error);
        }
      }
      this.#replace(this.#latest().filter((waiting) => !same(waiting, next)));
    }
  }

  /** When the device does not answer, it is assumed. */
  #isWritten(document: string): Promise<boolean> {
    return this.#options.isWritten(document).catch(() => true);
  }

  #hold(document: string, error: ErrorBody): void {
    const state = this.state.get();
    this.state.set({ ...state, refused: new Map(state.refused).set(document, error) });
  }

  #retryLater(): void {
    if (this.#retryIsDue) return;
    this.#retryIsDue = true;
    this.#options.later(() => {
      this.#retryIsDue = false;
      void this.flush();
    }, RETRY_MS);
  }

  #replace(commands: readonly Command[]): void {
    const kept = this.#options.storage.write(COMMANDS_KEY, commands) || commands.length === 0;
    this.state.set({ ...this.state.get(), commands, kept });
  }

  /** What is kept counts: another tab may have changed it a moment ago. */
  #latest(): readonly Command[] {
    const { commands, kept } = this.state.get();
    return kept ? this.#stored() : commands;
  }

  #stored(): readonly Command[] {
    return this.#options.storage.read(COMMANDS_KEY, z.array(command)) ?? [];
  }
}

function same(one: Command, other: Command): boolean {
  return one.kind === other.kind && one.document === other.document && one.at === other.at;
}
