/** Connects a server to the other nodes of its cluster. */
import type { Bus } from '../bus/bus.ts';
import type { Effect } from '../commands/command-runner.ts';
import type { ConnectionLimit } from '../connection/connection-registry.ts';
import type { Engine, EngineNotice } from '../engine/port.ts';
import { LOG } from '../storage/limits.ts';
import type { ClusterStats } from '../metrics/cluster-stats.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ChannelHead, ClusterStorage, Parting } from '../storage/cluster-log.ts';
import type { Database } from '../storage/tables.ts';
import { DocumentFollower } from './document-follower.ts';
import { LimitExchange, type SharedLimits } from './limit-exchange.ts';
import { ROOM_EXCHANGE } from './limits.ts';
import { readEffects } from './log-effects.ts';
import { LogFollower } from './log-follower.ts';
import { PresentExchange, type PresentExchangeOptions } from './present-exchange.ts';
import { RoomExchange, type RoomExchangeOptions } from './room-exchange.ts';

const ENDS_A_ROLE: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>([
  'access-changed',
  'administrators-changed',
  'session-ended',
]);

/** Says that there is something to read in the log of commits. */
const LOG_TOPIC = 'log';
const NOTHING = new Uint8Array();

export interface ClusterOptions extends ClusterStorage {
  readonly bus: Bus;
  readonly engine: Engine;
  readonly openDocuments: () => readonly string[];
  readonly findRoom: RoomExchangeOptions['find'];
  /** The first people in a document on this node. */
  readonly presentHere: PresentExchangeOptions['present'];
  /** People came or left on another node. */
  readonly onPresent: PresentExchangeOptions['onChanged'];
  readonly setChatTypingOf: RoomExchangeOptions['setChatTypingOf'];
  readonly limits: SharedLimits<ConnectionLimit>;
  readonly clock: Clock;
  readonly serverLog: Log;
  /** Another node has committed: in channels that are loaded here, and with effects here. */
  readonly onCommitted: (channels: readonly ChannelHead[], effects: readonly Effect[]) => void;
  readonly onMissed: () => void;
  readonly db: Database;
  /** From a node of another version. */
  readonly onUnknown: (part: 'message' | 'effect') => void;
  /** This node does not know which roles have ended, for too long to keep its clients. */
  readonly onCutOff: () => void;
}

export class Cluster implements AsyncDisposable {
  readonly #options: ClusterOptions;
  readonly #follower: LogFollower;
  readonly #documents: DocumentFollower;
  readonly rooms: RoomExchange;
  readonly present: PresentExchange;
  readonly limits: LimitExchange<ConnectionLimit>;
  #state: 'connected' | 'cut-off' = 'connected';
  /** When a message between rooms could not be read: it may have been about rows. */
  #unreadAtMs = Number.NEGATIVE_INFINITY;
  #timer: unknown = null;

  constructor(options: ClusterOptions) {
    const { log, heads, bus, node, clock, engine, openDocuments, findRoom, setChatTypingOf } =
      options;
    this.#options = options;
    this.#follower = new LogFollower({
      log,
      node,
      clock,
      onEntry: ({ channels, effects }) => this.#handleCommit(channels, effects),
      onMissed: () => {
        // What is held back may be for a person whose role has ended.
        if (this.isHeld) options.onCutOff();
        options.onMissed();
      },
      onParted: (parting) => this.#part(parting),
      onFault: (error) => this.#report(error, 'the log of commits could not be read'),
    });
    this.#documents = new DocumentFollower({
      heads,
      engine,
      open: openDocuments,
      isAnnounced: () =>
        bus.state.kind === 'up' &&
        clock.monotonicMs() - this.#unreadAtMs > ROOM_EXCHANGE.unreadMemoryMs,
      clock,
      onFault: (error) => this.#report(error, 'the heads of journals could not be read'),
    });
    this.present = new PresentExchange({
      bus,
      clock,
      present: options.presentHere,
      documents: openDocuments,
      onChanged: options.onPresent,
      onUnknown: () => options.onUnknown('message'),
    });
    this.limits = new LimitExchange({
      ...options.limits,
      bus,
      onUnknown: () => options.onUnknown('message'),
      clock,
    });
    this.rooms = new RoomExchange({
      bus,
      engine,
      find: findRoom,
      setChatTypingOf,
      onUnknown: () => {
        this.#unreadAtMs = clock.monotonicMs();
        options.onUnknown('message');
      },
      clock,
    });
  }

  /** True while a role may have ended without this node's knowledge: nothing may be sent. */
  get isHeld(): boolean {
    return this.#follower.ageMs > LOG.holdAfterMs;
  }

  /** True while the database has not answered for so long that clients are sent away: nothing waits for it. */
  get isCutOff(): boolean {
    return this.#follower.ageMs > LOG.leaveAfterMs;
  }

  get stats(): ClusterStats {
    const { bus, clock } = this.#options;
    const [nowMs, monotonicMs] = [clock.now(), clock.monotonicMs()];
    const { state, brokers, peers } = bus;
    return {
      nodes: peers.length + 1,
      logAgeMs: this.#follower.ageMs,
      isHeld: this.isHeld,
      // `fallback` is how a bus over Postgres alone works.
      isFallingBack: brokers.length > 1 && state.kind === 'fallback',
      busSince: nowMs - (monotonicMs - state.sinceMs),
      brokers: brokers.map(({ name, isUp, sinceMs, counters }) => ({
        name,
        isUp,
        since: nowMs - (monotonicMs - sinceMs),
        counters,
      })),
    };
  }

  /** @throws StorageError */
  async start(): Promise<void> {
    const { bus } = this.#options;
    await this.#follower.start();
    this.#documents.start();
    bus.start();
    await bus.subscribe(LOG_TOPIC, () => this.#follower.wake());
    this.#watch();
  }

  handled(entry: number | null): void {
    if (entry === null) return;
    this.#follower.handled(entry);
    this.#options.bus.publish(LOG_TOPIC, NOTHING);
  }

  appended(notice: Extract<EngineNotice, { kind: 'appended' }>): void {
    this.rooms.appended(notice);
  }

  /**
   * Tells other nodes about something that was not committed by a command.
   *
   * @throws StorageError
   */
  async announce(effects: readonly Effect[]): Promise<void> {
    const { log, bus } = this.#options;
    await log.append({ channels: [], effects });
    bus.publish(LOG_TOPIC, NOTHING);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, log, heads, relay, bus } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#follower[Symbol.dispose]();
    this.#documents[Symbol.dispose]();
    this.rooms[Symbol.dispose]();
    this.present[Symbol.dispose]();
    this.limits[Symbol.dispose]();
    await bus[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await heads[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  }

  #handleCommit(channels: readonly ChannelHead[], written: readonly unknown[]): void {
    const { onCutOff, onCommitted, onUnknown } = this.#options;
    const { effects, unknown } = readEffects(written);
    for (let i = 0; i < unknown; i++) onUnknown('effect');
    if (this.isHeld && effects.some(({ kind }) => ENDS_A_ROLE.has(kind))) onCutOff();
    onCommitted(channels, effects);
  }

  async #part(parting: Parting): Promise<void> {
    const { serverLog, beginTimeline, db, engine, openDocuments } = this.#options;
    const isSameServer = parting.restoredAfter !== null;
    serverLog.warn({ isSameServer }, 'the database went back; clients compare what they have');
    await beginTimeline(db, parting);
    for (const document of openDocuments()) engine.reload(document);
  }

  #watch(): void {
    const { clock, onCutOff, serverLog } = this.#options;
    this.#timer = clock.setTimeout(() => {
      const { isCutOff } = this;
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
