/**
 * One live connection to the server that comes back by itself. It knows messages, not what they mean:
 * documents register as listeners. Handlers of an older socket are cut off before a newer one is made,
 * so a late close cannot end its successor.
 */
import {
  binaryCodec,
  CLOSE_CODES,
  closeAction,
  ERRORS,
  errorOf,
  MAX_FRAME_BYTES,
  MAX_MESSAGES_PER_FRAME,
  OPEN_TIMEOUT_MS,
  PROTOCOL_VERSION,
  RECONNECT_HEALTHY_AFTER_MS,
  type ClientMessage,
  type CloseCode,
  type ErrorBody,
  type ServerMessage,
  type User,
} from '@tandem/protocol';
import type { Environment } from '../environment.ts';
import {
  transition,
  type ConnectionEvent,
  type ConnectionState,
  type FailureCause,
} from './connection-state.ts';
import { Liveness } from './liveness.ts';
import { reconnectDelay } from './reconnect-policy.ts';

/** The part of the WHATWG `WebSocket` that is used; `ws` has it too. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'unreachable' };

export interface ConnectionOptions {
  /** Makes a socket to the server's sync path, with the binary subprotocol. */
  readonly socket: () => Socket;
  /** The token for `hello`; `fresh` asks for a new one because the last was refused. */
  readonly token: (options: { readonly fresh: boolean }) => Promise<TokenAnswer>;
  /** Whether the server answers plain HTTP; tells a blocked WebSocket from a dead server. */
  readonly reachable: () => Promise<boolean>;
  /** The newest document schema that this program can edit. */
  readonly schema: number;
  readonly environment: Environment;
}

export interface ConnectionListener {
  state?(state: ConnectionState): void;
  message?(message: ServerMessage): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #listeners = new Set<ConnectionListener>();
  readonly #liveness: Liveness;
  readonly #stopListening: () => void;
  #state: ConnectionState = { kind: 'idle' };
  #user: User | null = null;
  #attempt: Attempt | null = null;
  #retryTimer: unknown = null;
  #dictatedRetryMs: number | null = null;
  #freshToken = false;
  #outgoing: Uint8Array[] = [];
  #nonce = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#liveness = new Liveness(options.environment, {
      ping: () => this.send({ type: 'ping', channel: 0, nonce: ++this.#nonce }),
      dead: () => this.#lost('lost'),
    });
    this.#stopListening = options.environment.listen((event) => {
      if (event === 'online') this.tryNow();
      if (event === 'online' || event === 'wake') this.#liveness.ask();
      if (event === 'offline') this.#liveness.ask();
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Who the server says we are; known after the first welcome. */
  get user(): User | null {
    return this.#user;
  }

  set unsaved(unsaved: boolean) {
    this.#liveness.unsaved = unsaved;
  }

  /** Returns the way to stop listening. */
  listen(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#happen({ kind: 'start' });
  }

  /** Does not wait for the time of the next try; also the way out of `stopped`. */
  tryNow(): void {
    this.#happen({ kind: 'try-now' });
  }

  close(): void {
    this.#stopListening();
    this.#abandon(1000);
    this.#happen({ kind: 'close' });
    this.#listeners.clear();
  }

  /** Messages of one turn travel in one frame. Without a connection they go nowhere: documents send again when it is back. */
  send(message: ClientMessage): void {
    if (this.#state.kind !== 'connected') return;
    if (this.#outgoing.push(binaryCodec.encode(message)) === 1) queueMicrotask(() => this.#flush());
  }

  #happen(event: ConnectionEvent): void {
    const before = this.#state;
    this.#state = transition(before, event);
    if (this.#state === before) return;
    this.#options.environment.clock.clearTimeout(this.#retryTimer);
    if (this.#state.kind === 'connecting') void this.#connect();
    if (this.#state.kind === 'waiting') {
      const delay = this.#state.retryAt - this.#options.environment.clock.now();
      this.#retryTimer = this.#options.environment.clock.setTimeout(
        () => this.#happen({ kind: 'retry-due' }),
        delay,
      );
    }
    for (const listener of this.#listeners) listener.state?.(this.#state);
  }

  async #connect(): Promise<void> {
    const { clock } = this.#options.environment;
    const attempt: Attempt = { socket: null, opened: false, deadline: null };
    this.#attempt = attempt;
    attempt.deadline = clock.setTimeout(() => void this.#fail(attempt), OPEN_TIMEOUT_MS);
    const fresh = this.#freshToken;
    const answer = await this.#options
      .token({ fresh })
      .catch((): TokenAnswer => ({ kind: 'unreachable' }));
    if (this.#attempt !== attempt) return;
    switch (answer.kind) {
      case 'unreachable':
        return void this.#fail(attempt);
      case 'refused':
        if (ERRORS[answer.error.code].action === 'retry') {
          this.#dictatedRetryMs = answer.error.retryAfterMs ?? null;
          return this.#lost('unreachable');
        }
        this.#abandon();
        this.#happen({
          kind: 'refused',
          error: answer.error,
          action: ERRORS[answer.error.code].action,
        });
        return;
      case 'token':
        return this.#open(attempt, answer.token);
    }
  }

  #open(attempt: Attempt, token: string): void {
    let socket: Socket;
    try {
      socket = this.#options.socket();
    } catch {
      return void this.#fail(attempt);
    }
    attempt.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      attempt.opened = true;
      const hello = {
        type: 'hello',
        channel: 0,
        protocol: PROTOCOL_VERSION,
        schema: this.#options.schema,
        token,
      } as const;
      socket.send(binaryCodec.encode(hello) as Uint8Array<ArrayBuffer>);
    };
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => this.#closed(attempt, code);
    socket.onerror = () => undefined;
  }

  #received(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return this.#misunderstood();
    this.#liveness.heard();
    const decoded = binaryCodec.decodeFromServer(new Uint8Array(data));
    if (decoded.kind === 'invalid') return this.#misunderstood();
    for (const message of decoded.messages) this.#handle(message);
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        return this.#welcomed(message.user);
      case 'ping':
        return this.send({ type: 'pong', channel: 0, nonce: message.nonce });
      case 'pong':
        return;
      case 'goaway':
        this.#dictatedRetryMs = message.retryAfterMs;
        return;
      case 'error':
        this.#dictatedRetryMs = message.error.retryAfterMs ?? null;
        break;
      default:
        break;
    }
    for (const listener of this.#listeners) listener.message?.(message);
  }

  #welcomed(user: User): void {
    const { clock } = this.#options.environment;
    this.#user = user;
    this.#freshToken = false;
    clock.clearTimeout(this.#attempt?.deadline);
    this.#liveness.heard();
    this.#liveness.start();
    this.#happen({ kind: 'welcomed', now: clock.now() });
  }

  /** The server speaks what this page cannot read. */
  #misunderstood(): void {
    this.#abandon(1000);
    this.#happen({ kind: 'refused', error: errorOf('version-unsupported'), action: 'reload' });
  }

  #closed(attempt: Attempt, code: number): void {
    if (this.#attempt !== attempt) return;
    const action = closeAction(code);
    if (action === 'authenticate' && !this.#freshToken) {
      this.#freshToken = true;
      this.#dictatedRetryMs = 0;
      return this.#lost('lost');
    }
    if (action === 'retry')
      return this.#state.kind === 'connected' ? this.#lost('lost') : void this.#fail(attempt);
    this.#abandon();
    const entry = CLOSE_CODES[code as CloseCode] as (typeof CLOSE_CODES)[CloseCode] | undefined;
    this.#happen({ kind: 'refused', error: errorOf(entry?.error ?? 'forbidden'), action });
  }

  /** A try that never became a connection: find out whose fault it is, then wait. */
  async #fail(attempt: Attempt): Promise<void> {
    this.#abandon();
    this.#attempt = attempt;
    const cause = await this.#cause(attempt);
    if (this.#attempt === attempt) this.#lost(cause);
  }

  async #cause(attempt: Attempt): Promise<FailureCause> {
    if (!this.#options.environment.online()) return 'no-network';
    if (attempt.opened) return 'lost';
    const reachable = await this.#options.reachable().catch(() => false);
    if (!reachable) return 'unreachable';
    return attempt.socket === null ? 'unreachable' : 'socket-blocked';
  }

  #lost(cause: FailureCause): void {
    const { clock, random, online } = this.#options.environment;
    const state = this.#state;
    const healthy =
      state.kind === 'connected' && clock.now() - state.since >= RECONNECT_HEALTHY_AFTER_MS;
    const attempt = 'attempt' in state && !healthy ? state.attempt : 0;
    const retryAt = clock.now() + (this.#dictatedRetryMs ?? reconnectDelay(attempt, random));
    this.#dictatedRetryMs = null;
    this.#abandon();
    this.#happen({ kind: 'failed', cause: online() ? cause : 'no-network', retryAt, healthy });
  }

  /** Lets go of the socket: whatever it still says is not heard. */
  #abandon(code?: number): void {
    const { clock } = this.#options.environment;
    this.#liveness.stop();
    this.#outgoing = [];
    const attempt = this.#attempt;
    this.#attempt = null;
    if (attempt === null) return;
    clock.clearTimeout(attempt.deadline);
    const { socket } = attempt;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(code);
    } catch {
      // A socket that cannot be closed is gone.
    }
  }

  #flush(): void {
    const socket = this.#attempt?.socket;
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    if (socket == null || this.#state.kind !== 'connected') return;
    for (const frame of frames(outgoing)) socket.send(frame as Uint8Array<ArrayBuffer>);
  }
}

interface Attempt {
  socket: Socket | null;
  opened: boolean;
  deadline: unknown;
}

/** Joins messages into frames within the limits of the wire, cutting those that are larger than one. */
function frames(messages: readonly Uint8Array[]): Uint8Array[] {
  const result: Uint8Array[] = [];
  let group: Uint8Array[] = [];
  let bytes = 0;
  const close = () => {
    if (group.length > 0) result.push(binaryCodec.join(group));
    group = [];
    bytes = 0;
  };
  for (const message of messages) {
    if (message.byteLength > MAX_FRAME_BYTES) {
      close();
      result.push(...binaryCodec.split(message, { channel: 0, maxBytes: MAX_FRAME_BYTES }));
      continue;
    }
    if (bytes + message.byteLength > MAX_FRAME_BYTES || group.length === MAX_MESSAGES_PER_FRAME)
      close();
    group.push(message);
    bytes += message.byteLength;
  }
  close();
  return result;
}
