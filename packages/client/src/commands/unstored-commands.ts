/**
 * Commands that the store of this device has not confirmed: a page that goes away writes them to the
 * unload outbox, and other pages take them over (CM16).
 */
import type { IssuedCommand } from '@tandem/sync';
import type { Environment } from '../environment.ts';
import { UnloadOutbox, type UnloadOutboxStorage } from '../store/unload-outbox.ts';
import type { CommandStore, KeptCommand } from './command-store.ts';
import { KEPT_COMMAND_FORMAT } from './kept-command-format.ts';

/** Of so many commands, the page knows that they have ended. */
const MAX_ENDED = 10_000;

export interface UnstoredCommandsOptions {
  readonly storage: UnloadOutboxStorage | null;
  readonly environment: Environment;
  readonly store: Pick<CommandStore, 'recover'>;
  /** Those of this page that are not stored. */
  readonly list: () => readonly IssuedCommand[];
  /** Takes commands for which the device has no room. @throws Error when it does not */
  readonly hold: (left: readonly KeptCommand[]) => void;
}

export class UnstoredCommands {
  readonly #options: UnstoredCommandsOptions;
  readonly #outbox: UnloadOutbox<KeptCommand>;
  readonly #authors = new Map<string, string | null>();
  readonly #ended = new Set<string>();
  readonly #stop: () => void;
  #recovering: Promise<boolean> | null = null;
  #isLeaving = false;
  #closed = false;

  constructor(options: UnstoredCommandsOptions) {
    this.#options = options;
    const { storage, environment } = options;
    const { random } = environment;
    this.#outbox = new UnloadOutbox(storage, { random, format: KEPT_COMMAND_FORMAT });
    this.#stop = environment.listen((event) => {
      if (event === 'wake') this.#isLeaving = false;
      if (event === 'leaving') this.#isLeaving = true;
      if (event === 'leaving' || event === 'hidden') this.#write();
    });
  }

  /** @param user the author; null before the first sign-in */
  issued(id: string, user: string | null): void {
    this.#authors.set(id, user);
    // Fields that are left, as by the closing of the page, issue commands.
    if (this.#isLeaving || !this.#options.environment.visible()) this.#write();
  }

  /** @param isAnswered may be sent again (W25); others must not be sent by a later page */
  ended(id: string, { isAnswered }: { readonly isAnswered: boolean }): void {
    this.#authors.delete(id);
    this.#ended.add(id);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    if (!isAnswered && this.#outbox.hasEntries) this.#write();
  }

  /** Call after each change of what is stored. */
  changed(): void {
    if (this.#outbox.hasEntries && this.#options.list().length === 0) this.#write();
  }

  /** @returns whether closed pages have left something */
  recover(): Promise<boolean> {
    this.#recovering ??= this.#outbox
      .recover((left) => this.#take(left))
      .catch(() => false)
      .finally(() => (this.#recovering = null));
    return this.#recovering;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  /** @throws Error for what stays in the unload outbox */
  async #take(left: readonly KeptCommand[]): Promise<void> {
    // What had no room may have been sent since by this page.
    const open = left.filter(({ command }) => !this.#ended.has(command.id));
    if (open.length === 0) return;
    try {
      await this.#options.store.recover(open);
    } catch (error) {
      if (this.#closed) throw error;
      this.#options.hold(open);
      for (const { command, user } of open) this.#authors.set(command.id, user);
      this.#write();
      if (!this.#outbox.hasRoom) throw error;
    }
  }

  #write(): void {
    if (this.#closed) return;
    const authors = this.#authors;
    this.#outbox.write(
      this.#options.list().map((command) => ({ command, user: authors.get(command.id) ?? null })),
    );
  }
}
