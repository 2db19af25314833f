/** Requests to other nodes that wait for a reply, and those of other nodes that are being handled: BU14, BU15. */
import type { Clock } from '../runtime/clock.ts';
import { BUS_MESSAGE, BUS_PENDING } from './bus-limits.ts';
import type {
  NodeIdentity,
  OutgoingRequest,
  ReplyOutcome,
  RequestHandler,
  SendOutcome,
  StopListening,
} from './bus.ts';
import { encodeFrame, type ReplyFrame, type ReplyKind, type RequestFrame } from './frame.ts';

interface Waiting {
  readonly boot: string;
  readonly end: (outcome: ReplyOutcome) => void;
}

export interface RequestTableOptions {
  readonly self: NodeIdentity;
  readonly clock: Clock;
  readonly send: (node: string, frame: Uint8Array) => SendOutcome;
  readonly onError: (error: unknown) => void;
}

const NOTHING = new Uint8Array();

export class RequestTable {
  readonly #self: NodeIdentity;
  readonly #clock: Clock;
  readonly #send: (node: string, frame: Uint8Array) => SendOutcome;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #handlers = new Map<string, RequestHandler>();
  #lastId = 0;
  #handled = 0;

  constructor({ self, clock, send, onError }: RequestTableOptions) {
    this.#self = self;
    this.#clock = clock;
    this.#send = send;
    this.#onError = onError;
  }

  request(to: NodeIdentity | undefined, request: OutgoingRequest): Promise<ReplyOutcome> {
    const { node, service, payload, timeoutMs, signal } = request;
    const refusal = this.#refusal(to, request);
    if (refusal !== null) return Promise.resolve({ kind: refusal });
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      const end = (outcome: ReplyOutcome): void => {
        this.#waiting.delete(id);
        this.#clock.clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        resolve(outcome);
      };
      const cancel = (): void => end({ kind: 'cancelled' });
      const timer = this.#clock.setTimeout(() => end({ kind: 'timeout' }), timeoutMs);
      signal?.addEventListener('abort', cancel);
      this.#waiting.set(id, { boot: to!.boot, end });
      const frame = encodeFrame({ kind: 'request', from: this.#self, id, service, payload });
      if (this.#send(node, frame) !== 'sent') end({ kind: 'dropped' });
    });
  }

  /** @throws Error if the service has a handler */
  onRequest(service: string, handler: RequestHandler): StopListening {
    if (this.#handlers.has(service)) throw new Error(`the service ${service} has a handler`);
    this.#handlers.set(service, handler);
    return () => void this.#handlers.delete(service);
  }

  async handleRequest({ from, id, service, payload }: RequestFrame): Promise<void> {
    const reply = (outcome: ReplyKind, answer: Uint8Array): void => {
      const to = { id, toBoot: from.boot };
      const frame = { kind: 'reply', from: this.#self, ...to, outcome, payload: answer } as const;
      this.#send(from.node, encodeFrame(frame));
    };
    const handler = this.#handlers.get(service);
    if (handler === undefined) return reply('unsupported', NOTHING);
    if (this.#handled >= BUS_PENDING.maxHandledRequests) return reply('busy', NOTHING);
    this.#handled++;
    try {
      const answer = await handler({ from, payload });
      if (answer.byteLength > BUS_MESSAGE.maxRequestBytes)
        throw new Error(`the reply of ${service} has ${answer.byteLength} bytes`);
      reply('answered', answer);
    } catch (error) {
      this.#onError(error);
      reply('failed', NOTHING);
    } finally {
      this.#handled--;
    }
  }

  handleReply({ from, id, toBoot, outcome, payload }: ReplyFrame): void {
    const waiting = this.#waiting.get(id);
    if (toBoot !== this.#self.boot || waiting?.boot !== from.boot) return;
    waiting.end(outcome === 'answered' ? { kind: outcome, payload } : { kind: outcome });
  }

  /** A boot is over: nobody will answer. */
  handleGone(boot: string): void {
    for (const waiting of this.#waiting.values())
      if (waiting.boot === boot) waiting.end({ kind: 'gone' });
  }

  close(): void {
    for (const waiting of this.#waiting.values()) waiting.end({ kind: 'dropped' });
  }

  #refusal(
    to: NodeIdentity | undefined,
    { payload, signal }: OutgoingRequest,
  ): 'gone' | 'cancelled' | 'too-large' | 'dropped' | null {
    if (payload.byteLength > BUS_MESSAGE.maxRequestBytes) return 'too-large';
    if (signal?.aborted === true) return 'cancelled';
    if (to === undefined) return 'gone';
    return this.#waiting.size >= BUS_PENDING.maxRequests ? 'dropped' : null;
  }
}
