/** A bus that uses a fast one while it works for all nodes, and a slow one otherwise: BU40 to BU43. */
import type { Clock } from '../runtime/clock.ts';
import type { BrokerBus } from './broker-bus.ts';
import { BUS_ECHO, BUS_RECONNECT, SILENT_ON_FIRST_BUS_MS } from './bus-limits.ts';
import type {
  BrokerStatus,
  Bus,
  BusCounters,
  BusState,
  Mail,
  NodeIdentity,
  OutgoingRequest,
  Peer,
  PeerChange,
  ReplyOutcome,
  RequestHandler,
  SendOutcome,
  StopListening,
  Subscription,
  TopicMessage,
} from './bus.ts';
import { ListenerSet } from './listener-set.ts';

export interface FallbackBusOptions {
  /** Carries topics. */
  readonly first: BrokerBus;
  readonly second: BrokerBus;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export class FallbackBus implements Bus {
  readonly self: NodeIdentity;
  /** For metrics of each. */
  readonly first: BrokerBus;
  readonly second: BrokerBus;
  readonly #clock: Clock;
  readonly #stateListeners: ListenerSet<BusState>;
  readonly #peerListeners: ListenerSet<PeerChange>;
  readonly #peers = new Map<string, Peer>();
  /** When each boot was last heard on the first bus, or joined: leases end, this does not. */
  readonly #heardOnFirstMs = new Map<string, number>();
  #state: BusState;
  #stateChanges = 0;
  #startedMs = 0;
  #timer: unknown = null;

  constructor({ first, second, clock, onError }: FallbackBusOptions) {
    this.self = first.self;
    this.first = first;
    this.second = second;
    this.#clock = clock;
    this.#stateListeners = new ListenerSet(onError);
    this.#peerListeners = new ListenerSet(onError);
    this.#state = this.#nextState();
    for (const [bus, other] of [
      [first, second],
      [second, first],
    ] as const) {
      bus.onState(() => this.#updateState());
      bus.onPeer((change) => this.#handlePeer(change, other));
    }
  }

  get state(): BusState {
    return this.#state;
  }

  get brokers(): readonly BrokerStatus[] {
    return [...this.first.brokers, ...this.second.brokers];
  }

  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  get counters(): BusCounters {
    const [one, other] = [this.first.counters, this.second.counters];
    return {
      sent: one.sent + other.sent,
      received: one.received + other.received,
      droppedWhileDown: one.droppedWhileDown + other.droppedWhileDown,
      droppedOverLimit: one.droppedOverLimit + other.droppedOverLimit,
      droppedTooLarge: one.droppedTooLarge + other.droppedTooLarge,
      unreadable: one.unreadable + other.unreadable,
      connectionsLost: one.connectionsLost + other.connectionsLost,
      stateChanges: this.#stateChanges,
      roundTripMs: this.first.isUsable ? one.roundTripMs : other.roundTripMs,
    };
  }

  start(): void {
    this.#startedMs = this.#clock.monotonicMs();
    this.first.start();
    this.second.start();
    this.#setTick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clock.clearTimeout(this.#timer);
    await Promise.all([this.first[Symbol.asyncDispose](), this.second[Symbol.asyncDispose]()]);
  }

  publish(topic: string, payload: Uint8Array): SendOutcome {
    return this.first.publish(topic, payload);
  }

  subscribe(topic: string, listener: (message: TopicMessage) => void): Promise<Subscription> {
    return this.first.subscribe(topic, listener);
  }

  send(node: string, service: string, payload: Uint8Array): SendOutcome {
    return this.#busTo(node).send(node, service, payload);
  }

  onMail(service: string, listener: (mail: Mail) => void): StopListening {
    return all(this.first.onMail(service, listener), this.second.onMail(service, listener));
  }

  request(request: OutgoingRequest): Promise<ReplyOutcome> {
    return this.#busTo(request.node).request(request);
  }

  onRequest(service: string, handler: RequestHandler): StopListening {
    return all(this.first.onRequest(service, handler), this.second.onRequest(service, handler));
  }

  onState(listener: (state: BusState) => void): StopListening {
    return this.#stateListeners.add(listener);
  }

  onPeer(listener: (change: PeerChange) => void): StopListening {
    return this.#peerListeners.add(listener);
  }

  #busTo(node: string): BrokerBus {
    if (!this.first.isUsable) return this.second;
    const isKnownOnlyToSecond =
      this.first.lease(node) === undefined && this.second.lease(node) !== undefined;
    return isKnownOnlyToSecond || !this.#hearsFirst(node) ? this.second : this.first;
  }

  #setTick(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#setTick();
      this.#updateState();
    }, BUS_ECHO.intervalMs);
  }

  #updateState(): void {
    for (const { node, boot } of this.#peers.values()) {
      const lease = this.first.lease(node);
      if (lease?.peer.boot === boot) this.#heardOnFirstMs.set(boot, lease.heardMs);
    }
    this.second.setHasTopics(this.first.state.kind === 'up' || this.#isStarting());
    const next = this.#nextState();
    const { kind, sinceMs } = this.#state;
    this.#state = next.kind === kind ? { ...next, sinceMs } : next;
    if (next.kind === kind) return;
    this.#stateChanges++;
    this.#stateListeners.emit(this.#state);
  }

  /** Or else every node that starts would make the others fall back. */
  #isStarting(): boolean {
    const startingMs = this.#clock.monotonicMs() - this.#startedMs;
    return this.first.counters.stateChanges === 0 && startingMs < BUS_RECONNECT.timeoutMs;
  }

  #nextState(): BusState {
    const first = this.first.state;
    const sinceMs = this.#clock.monotonicMs();
    const canFallBack = this.second.state.kind !== 'down';
    if (first.kind !== 'up')
      return { kind: canFallBack ? 'fallback' : 'down', sinceMs, reason: first.reason };
    const silent = this.peers.find(({ node }) => !this.#hearsFirst(node));
    if (silent === undefined || !canFallBack) return { kind: 'up', sinceMs };
    const reason = { code: 'peer-unreachable', detail: silent.node } as const;
    return { kind: 'fallback', sinceMs, reason };
  }

  #hearsFirst(node: string): boolean {
    const lease = this.second.lease(node);
    if (lease === undefined) return true;
    const heardMs = this.#heardOnFirstMs.get(lease.peer.boot) ?? lease.heardMs;
    return lease.hasTopics && lease.heardMs - heardMs < SILENT_ON_FIRST_BUS_MS;
  }

  #handlePeer(change: PeerChange, other: BrokerBus): void {
    // `joined` follows for the next boot.
    if (change.kind === 'restarted') return;
    if (change.kind === 'left') other.forget(change.peer);
    this.#updatePeer(change.peer.node, change.kind === 'left' ? 'left' : 'lost');
    this.#updateState();
  }

  #updatePeer(node: string, ending: 'left' | 'lost'): void {
    const known = this.#peers.get(node);
    const next = this.#latestPeer(node);
    if (known?.boot === next?.boot) return;
    if (known !== undefined) {
      this.#peers.delete(node);
      this.#heardOnFirstMs.delete(known.boot);
      const kind = next === undefined ? ending : 'restarted';
      this.#peerListeners.emit({ kind, peer: known });
    }
    if (next === undefined) return;
    this.#peers.set(node, next);
    this.#heardOnFirstMs.set(next.boot, this.#clock.monotonicMs());
    this.#peerListeners.emit({ kind: 'joined', peer: next });
  }

  #latestPeer(node: string): Peer | undefined {
    const [one, other] = [this.first.lease(node)?.peer, this.second.lease(node)?.peer];
    if (one === undefined || other === undefined) return one ?? other;
    return other.startedAtMs > one.startedAtMs ? other : one;
  }
}

function all(...stops: readonly StopListening[]): StopListening {
  return () => {
    for (const stop of stops) stop();
  };
}
