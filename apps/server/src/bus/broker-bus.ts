/** A bus over one broker: frames, state, leases and requests. The brokers only carry bytes. */
import type { Clock } from '../runtime/clock.ts';
import { decodeFrame, encodeFrame, type Frame, type HeartbeatFrame } from './frame.ts';
import type { Address, Broker } from './broker.ts';
import { BUS_ECHO, BUS_MESSAGE, LATE_TICK_MS, NODE_LEASE } from './bus-limits.ts';
import type {
  BrokerStatus,
  Bus,
  BusCounters,
  BusState,
  DownReason,
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
import { EchoMonitor, type EchoState } from './echo-monitor.ts';
import { ListenerSet } from './listener-set.ts';
import { NodeDirectory, type PeerLease } from './node-directory.ts';
import { RequestTable } from './request-table.ts';
import { TopicTable } from './topic-table.ts';

export interface BrokerBusOptions {
  readonly broker: Broker;
  readonly self: NodeIdentity;
  readonly clock: Clock;
  /** From 0 to 1, to spread answers of many nodes. */
  readonly random: () => number;
  /** Told what a listener threw. */
  readonly onError: (error: unknown) => void;
}

/** BU12: so that the answers of many nodes do not arrive at one moment. */
const HEARTBEAT_REPLY_SPREAD_MS = 200;

export class BrokerBus implements Bus {
  readonly self: NodeIdentity;
  readonly counters: BusCounters = {
    sent: 0,
    received: 0,
    droppedWhileDown: 0,
    droppedOverLimit: 0,
    droppedTooLarge: 0,
    unreadable: 0,
    connectionsLost: 0,
    stateChanges: 0,
    roundTripMs: 0,
  };
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #startedAtMs: number;
  readonly #monitor = new EchoMonitor((state) => this.#handleState(state));
  readonly #directory: NodeDirectory;
  readonly #topics: TopicTable;
  readonly #requests: RequestTable;
  readonly #mail = new Map<string, ListenerSet<Mail>>();
  readonly #unconfirmed = new Set<(confirmed: boolean) => void>();
  readonly #stateListeners: ListenerSet<BusState>;
  readonly #peerListeners: ListenerSet<PeerChange>;
  #state: BusState;
  #hasTopics = true;
  /** Changes with each connection, made or lost. */
  #connection = 0;
  #tickTimer: unknown = null;
  #replyTimer: unknown = null;
  #lastTickMs = 0;
  #heartbeatMs = -Infinity;
  #isClosed = false;

  constructor({ broker, self, clock, random, onError }: BrokerBusOptions) {
    this.self = self;
    this.#broker = broker;
    this.#clock = clock;
    this.#random = random;
    this.#onError = onError;
    this.#startedAtMs = clock.now();
    this.#directory = new NodeDirectory(self, this.#startedAtMs, (change) =>
      this.#handlePeer(change),
    );
    this.#topics = new TopicTable(broker, onError);
    const send = (node: string, frame: Uint8Array): SendOutcome =>
      this.#publish({ kind: 'mailbox', node }, frame);
    this.#requests = new RequestTable({ self, clock, send, onError });
    this.#stateListeners = new ListenerSet(onError);
    this.#peerListeners = new ListenerSet(onError);
    this.#state = toBusState(this.#monitor.state, broker, clock.monotonicMs());
  }

  get state(): BusState {
    return this.#state;
  }

  get brokers(): readonly BrokerStatus[] {
    const { kind, sinceMs } = this.#state;
    const isUp = kind !== 'down';
    return [{ name: this.#broker.name, isUp, sinceMs, counters: this.counters }];
  }

  get peers(): readonly Peer[] {
    return this.#directory.peers;
  }

  /** Whether messages that are sent now have a chance: also shortly before the state is up again. */
  get isUsable(): boolean {
    return this.#monitor.isUsable(this.#clock.monotonicMs());
  }

  lease(node: string): PeerLease | undefined {
    return this.#directory.lease(node);
  }

  /** Another bus heard that this boot has left. */
  forget(identity: NodeIdentity): void {
    this.#directory.handleLeaving(identity, this.#clock.monotonicMs());
  }

  /** What heartbeats say of this node's bus for topics: BU43. */
  setHasTopics(hasTopics: boolean): void {
    if (hasTopics === this.#hasTopics) return;
    this.#hasTopics = hasTopics;
    this.#announce({ wantsReply: false });
  }

  start(): void {
    this.#lastTickMs = this.#clock.monotonicMs();
    this.#broker.start(this.self.node, {
      onTopic: (topic, frame) => this.#handleTopicFrame(topic, frame),
      onMail: (bytes) => this.#handleMailFrame(bytes),
      onConnected: () => void this.#handleConnected(),
      onDisconnected: (reason) => this.#handleDisconnected(reason),
    });
    this.#setTick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#tickTimer);
    this.#clock.clearTimeout(this.#replyTimer);
    this.#broker.announce(encodeFrame({ kind: 'leaving', from: this.self }));
    this.#requests.close();
    this.#monitor.handleDisconnected({ code: 'closed', detail: '' });
    await this.#broker[Symbol.asyncDispose]();
  }

  publish(topic: string, payload: Uint8Array): SendOutcome {
    if (this.#isTooLarge(payload)) return 'too-large';
    const frame = encodeFrame({ kind: 'message', from: this.self, payload });
    return this.#publish({ kind: 'topic', topic }, frame);
  }

  send(node: string, service: string, payload: Uint8Array): SendOutcome {
    if (this.#isTooLarge(payload)) return 'too-large';
    const frame = encodeFrame({ kind: 'mail', from: this.self, service, payload });
    return this.#publish({ kind: 'mailbox', node }, frame);
  }

  async subscribe(topic: string, listener: (message: TopicMessage) => void): Promise<Subscription> {
    const close = this.#topics.add(topic, listener);
    if (!this.#monitor.isConnected || !this.#broker.carriesTopics)
      return { confirmed: false, close };
    const confirmation = this.#topics.confirm(topic);
    void this.#reconnectIfRefused(confirmation);
    const confirmed = this.isUsable && (await this.#unlessDown(confirmation));
    return { confirmed, close };
  }

  onMail(service: string, listener: (mail: Mail) => void): StopListening {
    const listeners = this.#mail.get(service) ?? new ListenerSet<Mail>(this.#onError);
    this.#mail.set(service, listeners);
    return listeners.add(listener);
  }

  request(request: OutgoingRequest): Promise<ReplyOutcome> {
    return this.#requests.request(this.#directory.lease(request.node)?.peer, request);
  }

  onRequest(service: string, handler: RequestHandler): StopListening {
    return this.#requests.onRequest(service, handler);
  }

  onState(listener: (state: BusState) => void): StopListening {
    return this.#stateListeners.add(listener);
  }

  onPeer(listener: (change: PeerChange) => void): StopListening {
    return this.#peerListeners.add(listener);
  }

  #isTooLarge(payload: Uint8Array): boolean {
    const isTooLarge = payload.byteLength > BUS_MESSAGE.maxBytes;
    if (isTooLarge) this.counters.droppedTooLarge++;
    return isTooLarge;
  }

  #publish(address: Address, frame: Uint8Array): SendOutcome {
    const isCarried = address.kind === 'mailbox' || this.#broker.carriesTopics;
    const canTry = isCarried && this.isUsable && !this.#isClosed;
    const outcome = canTry ? this.#broker.publish(address, frame) : 'down';
    switch (outcome) {
      case 'sent':
        this.counters.sent++;
        return 'sent';
      case 'down':
        this.counters.droppedWhileDown++;
        return 'dropped';
      case 'full':
        this.counters.droppedOverLimit++;
        return 'dropped';
    }
  }

  #setTick(): void {
    this.#tickTimer = this.#clock.setTimeout(() => {
      this.#setTick();
      this.#tick();
    }, BUS_ECHO.intervalMs);
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    const sinceTickMs = nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    if (sinceTickMs > LATE_TICK_MS) {
      // What arrived meanwhile has not been read yet.
      const pauseMs = sinceTickMs - BUS_ECHO.intervalMs;
      this.#monitor.forgive(pauseMs);
      this.#directory.forgive(pauseMs);
    } else {
      this.#directory.expire(nowMs);
      this.#monitor.handleReplaced(this.#directory.isReplaced(nowMs));
      if (this.#monitor.tick(nowMs) === 'reconnect')
        this.#broker.reconnect({ code: 'connection-lost', detail: 'no echo' });
    }
    this.#broker.echo(encodeFrame({ kind: 'echo', from: this.self, sentMs: nowMs }));
    if (nowMs - this.#heartbeatMs >= NODE_LEASE.heartbeatMs) this.#announce({ wantsReply: false });
  }

  #announce({ wantsReply }: Pick<HeartbeatFrame, 'wantsReply'>): void {
    const frame = encodeFrame({
      kind: 'heartbeat',
      from: this.self,
      startedAtMs: this.#startedAtMs,
      hasTopics: this.#hasTopics,
      wantsReply,
    });
    if (this.#broker.announce(frame) === 'sent') this.#heartbeatMs = this.#clock.monotonicMs();
  }

  async #handleConnected(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    this.#monitor.handleConnected(nowMs);
    this.#broker.echo(encodeFrame({ kind: 'echo', from: this.self, sentMs: nowMs }));
    this.#announce({ wantsReply: true });
    const connection = ++this.#connection;
    const isRestored = !this.#broker.carriesTopics || (await this.#topics.restore());
    if (this.#connection !== connection || this.#isClosed) return;
    if (isRestored) this.#monitor.handleRestored();
    else this.#broker.reconnect({ code: 'connection-lost', detail: 'subscriptions failed' });
  }

  #handleDisconnected(reason: DownReason): void {
    this.#connection++;
    if (reason.code === 'connection-lost') this.counters.connectionsLost++;
    this.#topics.handleDisconnected();
    this.#monitor.handleDisconnected(reason);
  }

  #handleTopicFrame(topic: string, bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    this.counters.received++;
    if (frame?.kind !== 'message') {
      this.counters.unreadable++;
      this.#topics.deliver(topic, { kind: 'unreadable' });
    } else if (frame.from.boot !== this.self.boot) {
      this.#topics.deliver(topic, frame);
    }
  }

  #handleMailFrame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (this.#isClosed) return;
    if (frame === null || frame.kind === 'message') this.counters.unreadable++;
    else this.#handleFrame(frame);
  }

  #handleFrame(frame: Exclude<Frame, { kind: 'message' }>): void {
    const nowMs = this.#clock.monotonicMs();
    switch (frame.kind) {
      case 'echo':
        if (frame.from.boot !== this.self.boot) return;
        this.counters.roundTripMs = nowMs - frame.sentMs;
        this.#monitor.handleEcho(frame.sentMs, nowMs);
        return;
      case 'heartbeat':
        this.#directory.handleHeartbeat(frame, nowMs);
        if (frame.wantsReply && frame.from.boot !== this.self.boot) this.#answerHeartbeat();
        return;
      case 'leaving':
        this.#directory.handleLeaving(frame.from, nowMs);
        return;
      case 'mail': {
        this.counters.received++;
        const listeners = this.#mail.get(frame.service);
        if (listeners === undefined) this.counters.unreadable++;
        else listeners.emit(frame);
        return;
      }
      case 'request':
        this.counters.received++;
        void this.#requests.handleRequest(frame);
        return;
      case 'reply':
        this.counters.received++;
        this.#requests.handleReply(frame);
    }
  }

  #answerHeartbeat(): void {
    this.#replyTimer ??= this.#clock.setTimeout(() => {
      this.#replyTimer = null;
      this.#announce({ wantsReply: false });
    }, this.#random() * HEARTBEAT_REPLY_SPREAD_MS);
  }

  #handleState(state: EchoState): void {
    const next = toBusState(state, this.#broker, this.#clock.monotonicMs());
    const isSame = next.kind === this.#state.kind;
    this.#state = isSame ? { ...next, sinceMs: this.#state.sinceMs } : next;
    if (!isSame) this.counters.stateChanges++;
    if (next.kind === 'down') for (const end of this.#unconfirmed) end(false);
    this.#stateListeners.emit(this.#state);
  }

  #handlePeer(change: PeerChange): void {
    if (change.kind !== 'joined') this.#requests.handleGone(change.peer.boot);
    this.#peerListeners.emit(change);
  }

  /** A broker that answers nothing is noticed by its echoes. */
  #unlessDown(confirmation: Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (confirmed: boolean): void => {
        this.#unconfirmed.delete(end);
        resolve(confirmed);
      };
      this.#unconfirmed.add(end);
      void confirmation.then(end);
    });
  }

  /** Without a change of the state, the subscriber would not learn that it must poll. */
  async #reconnectIfRefused(confirmation: Promise<boolean>): Promise<void> {
    const connection = this.#connection;
    if ((await confirmation) || connection !== this.#connection) return;
    this.#broker.reconnect({ code: 'connection-lost', detail: 'a subscription failed' });
  }
}

function toBusState(state: EchoState, broker: Broker, sinceMs: number): BusState {
  if (state.kind === 'down') return { ...state, sinceMs };
  if (broker.carriesTopics) return { kind: 'up', sinceMs };
  return { kind: 'fallback', sinceMs, reason: { code: 'no-topics', detail: '' } };
}
