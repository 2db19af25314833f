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
  readonly refused: (command: Command, error: ErrorBody) => void;
  readonly later: (run: () => void, delayMs: number) => void;
}

export interface QueueState {
  readonly commands: readonly Command[];
  /** False when this device cannot keep them, so that closing the page would lose them. */
  readonly kept: boolean;
}

export class CommandQueue {
  readonly state: Observable<QueueState>;
  readonly #options: CommandQueueOptions;
  #flushing: Promise<void> | null = null;
  #retryIsDue = false;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
    this.state = new Observable<QueueState>({ commands: this.#stored(), kept: true });
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

  /** Another tab has changed what is kept. */
  reload(): void {
    this.state.set({ ...this.state.get(), commands: this.#stored() });
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const next = this.state.get().commands[0];
      if (next === undefined) return;
      try {
        await this.#options.send(next);
        this.#options.settled(next);
      } catch (thrown) {
        const failure = failureOf(thrown);
        if (isTemporary(failure)) return this.#retryLater();
        if (failure.kind === 'refused') this.#options.refused(next, failure.error);
      }
      this.#replace(this.#latest().filter((waiting) => !same(waiting, next)));
    }
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
    this.state.set({ commands, kept });
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
