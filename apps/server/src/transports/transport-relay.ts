/**
 * Requests of HTTP transports that a balancer sent to another node than the one that holds the transport: that
 * node answers them over the bus. Repeated requests are safe, because they are numbered.
 */
import { randomUUID } from 'node:crypto';
import { Packr } from 'msgpackr';
import { z } from 'zod';
import { POLL_HOLD_MS } from '@tandem/protocol';
import type { Bus } from '../bus/bus.ts';
import { TRANSPORT } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Answer } from './http-answer.ts';

const request = z.object({
  kind: z.literal('request'),
  path: z.string().max(64),
  transport: z.string().max(256),
  /** A digest of the session's cookie. */
  session: z.string().max(256).nullable(),
  sequence: z.number().int().nullable(),
  received: z.number().int().nullable(),
  hold: z.number().int().nullable(),
  close: z.number().int().nullable(),
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});
/** The next piece of an answer that does not fit into a message. */
const rest = z.object({
  kind: z.literal('rest'),
  answer: z.string().max(64),
  from: z.number().int(),
});
const question = z.discriminatedUnion('kind', [request, rest]);

export type RelayedRequest = Omit<z.infer<typeof request>, 'kind'>;

const reply = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.union([z.string(), z.number()])),
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  /** Under which the rest of the body can be read; null when this is all. */
  rest: z.string().nullable(),
});
type Reply = z.infer<typeof reply>;

export interface RelayedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
}

export type RelayOutcome =
  | { readonly kind: 'answered'; readonly answer: RelayedAnswer }
  /** The transport's node has ended, or does not know it. */
  | { readonly kind: 'gone' }
  /** The client may try again. */
  | { readonly kind: 'failed' };

export interface TransportRelayOptions {
  readonly bus: Bus;
  readonly clock: Clock;
}

const SERVICE = 'transport';
const MARGIN_MS = 5_000;

const packr = new Packr({ useRecords: false });

export class TransportRelay {
  readonly #options: TransportRelayOptions;
  readonly #unread = new Map<string, { readonly body: Uint8Array; timer: unknown }>();

  constructor(options: TransportRelayOptions) {
    this.#options = options;
  }

  /** This node, which begins the ids of its transports. */
  get node(): string {
    return this.#options.bus.self.node;
  }

  /** The node of a transport; null for one of this node. */
  nodeOf(transport: string): string | null {
    const end = transport.indexOf('.');
    const node = transport.slice(0, end);
    return end === -1 || node === this.node ? null : node;
  }

  isAlive(node: string): boolean {
    return this.#options.bus.peers.some((peer) => peer.node === node);
  }

  /** Sets the one handler for requests that came to other nodes. */
  onRequest(handle: (request: RelayedRequest, answer: Answer) => void): void {
    this.#options.bus.onRequest(SERVICE, async ({ payload }) => {
      const asked = question.parse(packr.unpack(payload));
      if (asked.kind === 'rest') return this.#readRest(asked);
      const answer = new PendingAnswer();
      handle(asked, answer);
      return this.#firstOf(await answer.done);
    });
  }

  async send(node: string, asked: RelayedRequest, signal: AbortSignal): Promise<RelayOutcome> {
    const first = await this.#ask(node, { kind: 'request', ...asked }, signal);
    if (!('status' in first)) return first;
    const pieces = [first.body];
    let { rest: more } = first;
    let bytes = first.body.byteLength;
    while (more !== null) {
      const next = await this.#ask(node, { kind: 'rest', answer: more, from: bytes }, signal);
      if (!('status' in next)) return next;
      pieces.push(next.body);
      bytes += next.body.byteLength;
      more = next.rest;
    }
    const { status, headers } = first;
    return { kind: 'answered', answer: { status, headers, body: Buffer.concat(pieces) } };
  }

  async #ask(
    node: string,
    asked: z.infer<typeof question>,
    signal: AbortSignal,
  ): Promise<Reply | Exclude<RelayOutcome, { kind: 'answered' }>> {
    const outcome = await this.#options.bus.request({
      node,
      service: SERVICE,
      payload: packr.pack(asked),
      timeoutMs: POLL_HOLD_MS + MARGIN_MS,
      signal,
    });
    if (outcome.kind === 'gone') return { kind: 'gone' };
    if (outcome.kind !== 'answered') return { kind: 'failed' };
    return reply.safeParse(packr.unpack(outcome.payload)).data ?? { kind: 'failed' };
  }

  #firstOf({ status, headers, body }: RelayedAnswer): Uint8Array {
    if (body.byteLength <= TRANSPORT.maxRelayedBytes)
      return packr.pack({ status, headers, body, rest: null } satisfies Reply);
    const id = randomUUID();
    this.#unread.set(id, { body, timer: null });
    return this.#piece(id, { status, headers, from: 0 });
  }

  #readRest({ answer, from }: z.infer<typeof rest>): Uint8Array {
    return this.#piece(answer, { status: 200, headers: {}, from });
  }

  #piece(
    id: string,
    { status, headers, from }: Pick<Reply, 'status' | 'headers'> & { readonly from: number },
  ): Uint8Array {
    const { clock } = this.#options;
    const unread = this.#unread.get(id);
    if (unread === undefined) throw new Error('The rest of an answer was not read in time.');
    const { body } = unread;
    clock.clearTimeout(unread.timer);
    const piece = body.subarray(from, from + TRANSPORT.maxRelayedBytes);
    const isLast = from + piece.byteLength >= body.byteLength;
    // Nobody may come for the rest.
    if (isLast) this.#unread.delete(id);
    else unread.timer = clock.setTimeout(() => this.#unread.delete(id), MARGIN_MS);
    return packr.pack({ status, headers, body: piece, rest: isLast ? null : id } satisfies Reply);
  }
}

class PendingAnswer implements Answer {
  headersSent = false;
  destroyed = false;
  #resolve: (answer: RelayedAnswer) => void = () => {};
  readonly #finished: (() => void)[] = [];
  readonly done = new Promise<RelayedAnswer>((resolve) => (this.#resolve = resolve));

  writeHead(status: number, headers: RelayedAnswer['headers']) {
    this.headersSent = true;
    return {
      end: (body: string | Uint8Array = new Uint8Array()) => {
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        this.#resolve({ status, headers, body: bytes });
        for (const listener of this.#finished) listener();
      },
    };
  }

  /** The relaying node waits until it is answered, or asks again. */
  on(): void {}

  once(_event: 'finish', listener: () => void): void {
    this.#finished.push(listener);
  }

  destroy(): void {
    this.destroyed = true;
    this.#resolve({ status: 503, headers: {}, body: new Uint8Array() });
  }
}
