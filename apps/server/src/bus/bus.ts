/**
 * The port between nodes: messages to topics, mail and requests to single nodes, and which nodes are alive. Messages may
 * be lost, repeated and reordered; what callers do about it is in SPEC.md, with the rules BU1 to BU44.
 */

import type { BrokerName } from './broker.ts';

/** One life of a process, under a name that may outlive it. */
export interface NodeIdentity {
  readonly node: string;
  readonly boot: string;
}

/** Another node that is alive, as far as this one knows. */
export interface Peer extends NodeIdentity {
  /** By the clock of that node. */
  readonly startedAtMs: number;
}

/** `fallback`: mailboxes work, slowly, and topics do not. Listeners of `up` repair everything that is open: BU7. */
export type BusState =
  | { readonly kind: 'up'; readonly sinceMs: number }
  | { readonly kind: 'fallback' | 'down'; readonly sinceMs: number; readonly reason: DownReason };

export interface DownReason {
  readonly code:
    | 'starting'
    | 'connect-failed'
    | 'connection-lost'
    | 'no-echo'
    | 'replaced'
    | 'no-topics'
    | 'peer-unreachable'
    | 'closed';
  /** For the log and the dashboard; without secrets. */
  readonly detail: string;
}

export type PeerChange =
  | { readonly kind: 'joined'; readonly peer: Peer }
  | { readonly kind: 'left' | 'lost' | 'restarted'; readonly peer: Peer };

/** `dropped`: counted, and not sent. `too-large`: publish only that there is something to read. */
export type SendOutcome = 'sent' | 'dropped' | 'too-large';

/** `unreadable`: of a version that this build does not know, so read the database. */
export type TopicMessage =
  | { readonly kind: 'message'; readonly from: NodeIdentity; readonly payload: Uint8Array }
  | { readonly kind: 'unreadable' };

export interface Mail {
  readonly from: NodeIdentity;
  readonly payload: Uint8Array;
}

export interface Subscription {
  /** False while the bus is down: messages come after the next change to `up`. */
  readonly confirmed: boolean;
  close(): void;
}

export interface OutgoingRequest {
  readonly node: string;
  readonly service: string;
  readonly payload: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type ReplyOutcome =
  | { readonly kind: 'answered'; readonly payload: Uint8Array }
  | {
      readonly kind:
        | 'failed'
        | 'unsupported'
        | 'busy'
        | 'gone'
        | 'timeout'
        | 'dropped'
        | 'cancelled'
        | 'too-large';
    };

/** A reply that is too large counts as `failed`. */
export type RequestHandler = (request: Mail) => Promise<Uint8Array>;

/** Since the start; rates are for the reader to compute. */
export interface BusCounters {
  sent: number;
  received: number;
  droppedWhileDown: number;
  droppedOverLimit: number;
  droppedTooLarge: number;
  unreadable: number;
  connectionsLost: number;
  stateChanges: number;
  /** Of the newest echo; 0 before the first. */
  roundTripMs: number;
}

/** One of the brokers that a bus uses, for metrics and the dashboard. */
export interface BrokerStatus {
  readonly name: BrokerName;
  readonly isUp: boolean;
  /** By the monotonic clock. */
  readonly sinceMs: number;
  readonly counters: Readonly<BusCounters>;
}

export type StopListening = () => void;

export interface Bus extends AsyncDisposable {
  readonly self: NodeIdentity;
  readonly state: BusState;
  readonly counters: Readonly<BusCounters>;
  /** The fastest first. */
  readonly brokers: readonly BrokerStatus[];
  /** Without this node. */
  readonly peers: readonly Peer[];

  publish(topic: string, payload: Uint8Array): SendOutcome;
  /** Never rejects. The listener must return soon: it runs on the connection's thread. */
  subscribe(topic: string, listener: (message: TopicMessage) => void): Promise<Subscription>;

  send(node: string, service: string, payload: Uint8Array): SendOutcome;
  onMail(service: string, listener: (mail: Mail) => void): StopListening;

  /** Never rejects. */
  request(request: OutgoingRequest): Promise<ReplyOutcome>;
  /** @throws Error if the service has a handler */
  onRequest(service: string, handler: RequestHandler): StopListening;

  onState(listener: (state: BusState) => void): StopListening;
  onPeer(listener: (change: PeerChange) => void): StopListening;

  /** Begins to connect, and goes on trying. */
  start(): void;
  /** Says that this node leaves, and ends. */
  [Symbol.asyncDispose](): Promise<void>;
}
