/** Logs the fault of a command once, although its client sends it again a few times. */
import { LRUCache } from 'lru-cache';
import { COMMAND_LIMITS } from '../limits.ts';
import type { Log } from '../runtime/log.ts';
import type { CommandFault } from './command-batcher.ts';

export class CommandFaultLog {
  readonly #log: Pick<Log, 'error'>;
  readonly #logged = new LRUCache<string, true>({ max: COMMAND_LIMITS.maxLoggedFaults });

  constructor(log: Pick<Log, 'error'>) {
    this.#log = log;
  }

  report({ user, id, command, detail }: Omit<CommandFault, 'kind'>): void {
    const key = `${user} ${id}`;
    if (this.#logged.get(key) === true) return;
    this.#logged.set(key, true);
    this.#log.error({ command, id, detail }, 'command failed');
  }
}
