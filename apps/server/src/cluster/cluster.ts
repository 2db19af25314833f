/** Connects a server to the other nodes of its cluster. */
import type { Effect } from '../commands/command-runner.ts';
import type { Engine } from '../engine/port.ts';
import { LOG } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ChannelHead, ClusterStorage } from '../storage/cluster-log.ts';
import { DocumentFollower } from './document-follower.ts';
import { LogFollower } from './log-follower.ts';

export interface ClusterOptions extends ClusterStorage {
  readonly engine: Engine;
  readonly openDocuments: () => readonly string[];
  readonly clock: Clock;
  readonly serverLog: Log;
  /** Another node has committed: in channels that are loaded here, and with effects here. */
  readonly onCommitted: (channels: readonly ChannelHead[], effects: readonly Effect[]) => void;
  readonly onMissed: () => void;
  /** This node does not know which roles have ended, for too long to keep its clients. */
  readonly onCutOff: () => void;
}

export class Cluster implements AsyncDisposable {
  readonly #options: ClusterOptions;
  readonly #follower: LogFollower;
  readonly #documents: DocumentFollower;
  #state: 'connected' | 'cut-off' = 'connected';
  #timer: unknown = null;

  constructor(options: ClusterOptions) {
    const { log, heads, node, clock, engine, openDocuments, onCommitted, onMissed } = options;
    this.#options = options;
    this.#follower = new LogFollower({
      log,
      node,
      clock,
      onEntry: ({ channels, effects }) => onCommitted(channels, effects as readonly Effect[]),
      onMissed,
      onFault: (error) => this.#report(error, 'the log of commits could not be read'),
    });
    this.#documents = new DocumentFollower({
      heads,
      engine,
      open: openDocuments,
      clock,
      onFault: (error) => this.#report(error, 'the heads of journals could not be read'),
    });
  }

  /** True while a role may have ended without this node's knowledge: nothing may be sent. */
  get isHeld(): boolean {
    return this.#follower.ageMs > LOG.holdAfterMs;
  }

  /** @throws StorageError */
  async start(): Promise<void> {
    await this.#follower.start();
    this.#documents.start();
    this.#watch();
  }

  handled(entry: number | null): void {
    if (entry !== null) this.#follower.handled(entry);
  }

  /**
   * Tells other nodes about something that was not committed by a command.
   *
   * @throws StorageError
   */
  async announce(effects: readonly Effect[]): Promise<void> {
    await this.#options.log.append({ channels: [], effects });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, log, heads } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#follower[Symbol.dispose]();
    this.#documents[Symbol.dispose]();
    await log[Symbol.asyncDispose]();
    await heads[Symbol.asyncDispose]();
  }

  #watch(): void {
    const { clock, onCutOff, serverLog } = this.#options;
    this.#timer = clock.setTimeout(() => {
      const isCutOff = this.#follower.ageMs > LOG.leaveAfterMs;
      if (isCutOff && this.#state === 'connected') {
        this.#state = 'cut-off';
        serverLog.error('the database does not answer; sending everyone away');
        onCutOff();
      }
      if (!isCutOff) this.#state = 'connected';
      this.#watch();
    }, LOG.intervalMs);
  }

  #report(error: unknown, what: string): void {
    this.#options.serverLog.warn({ err: error }, what);
  }
}
