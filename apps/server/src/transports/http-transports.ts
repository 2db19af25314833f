/**
 * Routes the requests of HTTP transports. A transport lives in one process. Its id begins with the name of the
 * node, and other nodes of a cluster forward its requests. A client that loses its transport reconnects and loses
 * no data.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  MAX_OPENING_BYTES,
  MAX_SEND_BYTES,
  POLL_HOLD_MS,
  SUBPROTOCOL_BINARY,
  SUBPROTOCOL_JSON,
  TRANSPORT_HEADERS,
  TRANSPORT_PATHS,
} from '@tandem/protocol';
import type { OriginPolicy } from '../http/origin-policy.ts';
import { HANDSHAKE, TRANSPORT } from '../limits.ts';
import type { Log } from '../runtime/log.ts';
import { readAnySessionCookie } from '../accounts/session-cookie.ts';
import { sessionId } from '../storage/sessions.ts';
import { EvictingSet, type Evictable } from '../runtime/evicting-set.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import { FOREIGN, isForeign, type UpgradeRefusal } from './upgrade.ts';
import { accept, refuse, type Answer } from './http-answer.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';
import { PollTransport } from './poll-transport.ts';
import { StreamTransport } from './stream-transport.ts';
import type { RelayedRequest, TransportRelay } from './transport-relay.ts';
import type { Transport } from './transport.ts';

export interface TransportHost {
  tryAccept(request: IncomingMessage, accept: () => void): UpgradeRefusal | null;
  connect(transport: Transport, request: IncomingMessage, subprotocol: string): HttpOwner;
}

type HttpOwner = Parameters<HttpTransport['own']>[0];

export interface HttpTransportsOptions {
  readonly host: TransportHost;
  readonly wheel: TimerWheel;
  readonly originPolicy: OriginPolicy;
  /** Null: no other node holds transports. */
  readonly relay: TransportRelay | null;
  readonly log: Log;
}

const REFUSALS = { 403: 'forbidden', 429: 'too-many', 503: 'overloaded' } as const;

export class HttpTransports {
  readonly #options: HttpTransportsOptions;
  readonly #transports = new Map<string, HttpTransport>();
  readonly #incompleteOpens = new EvictingSet<IncompleteRequest>({
    max: TRANSPORT.maxIncompleteOpens,
  });

  constructor(options: HttpTransportsOptions) {
    this.#options = options;
    options.relay?.onRequest((request, answer) => this.#handleRelayed(request, answer));
  }

  get size(): number {
    return this.#transports.size;
  }

  handle(request: IncomingMessage, answer: ServerResponse): boolean {
    const path = (request.url ?? '/').split('?', 1)[0] as string;
    switch (path) {
      case TRANSPORT_PATHS.stream:
      case TRANSPORT_PATHS.poll:
      case TRANSPORT_PATHS.send:
      case TRANSPORT_PATHS.close:
        answer.on('error', ignore);
        request.on('error', ignore);
        this.#handle(path, request, answer).catch((error: unknown) => {
          this.#options.log.error({ err: error, path }, 'transport request failed');
          answer.destroy();
        });
        return true;
      default:
        return false;
    }
  }

  async #handle(
    path: (typeof TRANSPORT_PATHS)[keyof typeof TRANSPORT_PATHS],
    request: IncomingMessage,
    answer: ServerResponse,
  ): Promise<void> {
    if (request.method !== 'POST') {
      refuse(answer, 'bad-message', 'Frames travel in POST requests.');
      return;
    }
    if (isForeign(request, this.#options.originPolicy)) {
      refuse(answer, 'forbidden', FOREIGN);
      return;
    }
    const name = header(request, TRANSPORT_HEADERS.transport);
    const { relay } = this.#options;
    const node = name === null ? null : (relay?.nodeOf(name) ?? null);
    if (relay !== null && name !== null && node !== null) {
      await this.#forward(relay, { node, transport: name, path }, { request, answer });
      return;
    }
    const cookie = readAnySessionCookie(request.headers.cookie);
    const transport = name === null ? null : this.#find(name, cookie);
    if (name !== null && transport === null) {
      // A client that leaves a closed transport has left.
      if (path === TRANSPORT_PATHS.close) accept(answer);
      else refuse(answer, 'not-found', 'This connection is over. Open a new one.');
      return;
    }
    const body = await (transport === null
      ? this.#readNew(request, MAX_OPENING_BYTES)
      : readSend(request, transport));
    if (body === 'too-many') refuse(answer, 'too-many', 'One request at a time.');
    else if (body === 'too-large') refuse(answer, 'too-large', 'The body is larger than allowed.');
    else if (body === null || answer.destroyed) return;
    else if (transport !== null)
      this.#continue(path, transport, { asked: numbersOf(request), body, answer });
    else if (path === TRANSPORT_PATHS.stream || path === TRANSPORT_PATHS.poll)
      this.#open(path, { request, body, answer });
    else refuse(answer, 'bad-message', `The header ${TRANSPORT_HEADERS.transport} is missing.`);
  }

  /** Requests that never complete evict each other. */
  async #readNew(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
    const incomplete = new IncompleteRequest(request);
    this.#incompleteOpens.add(incomplete);
    try {
      return await readBody(request, maxBytes);
    } finally {
      this.#incompleteOpens.delete(incomplete);
    }
  }

  /** The session cookie must match, too: the id alone is useless in another browser. Addresses may change (T6). */
  #find(name: string, cookie: string | null): HttpTransport | null {
    const transport = this.#transports.get(name);
    return transport?.cookie === cookie ? transport : null;
  }

  async #forward(
    relay: TransportRelay,
    to: { readonly node: string; readonly transport: string; readonly path: string },
    { request, answer }: Pick<Exchange, 'request'> & { readonly answer: ServerResponse },
  ): Promise<void> {
    const { node, transport, path } = to;
    if (transport.length > MAX_ID_LENGTH || !relay.isAlive(node)) {
      if (path === TRANSPORT_PATHS.close) accept(answer);
      else refuse(answer, 'not-found', 'This connection is over. Open a new one.');
      return;
    }
    const body = await this.#readNew(request, MAX_SEND_BYTES);
    if (body === 'too-large') refuse(answer, 'too-large', 'The body is larger than allowed.');
    if (body === 'too-large' || body === null) return;
    const aborted = new AbortController();
    answer.on('close', () => aborted.abort());
    const session = digestOf(readAnySessionCookie(request.headers.cookie));
    const asked = { ...numbersOf(request), transport, path, session, body };
    const outcome = await relay.send(node, asked, aborted.signal);
    if (answer.destroyed) return;
    if (outcome.kind === 'answered') {
      const { status, headers, body: answered } = outcome.answer;
      answer.writeHead(status, { ...headers }).end(answered);
    } else if (outcome.kind === 'failed') {
      refuse(answer, 'overloaded', 'Another server does not answer. Try again.', 1);
    } else if (path === TRANSPORT_PATHS.close) {
      accept(answer);
    } else {
      refuse(answer, 'not-found', 'This connection is over. Open a new one.');
    }
  }

  #handleRelayed(
    { transport: name, session, path, ...asked }: RelayedRequest,
    answer: Answer,
  ): void {
    const transport = this.#transports.get(name);
    if (transport !== undefined && digestOf(transport.cookie) === session)
      this.#continue(path, transport, { asked, body: asked.body, answer });
    else if (path === TRANSPORT_PATHS.close) accept(answer);
    else refuse(answer, 'not-found', 'This connection is over. Open a new one.');
  }

  #continue(
    path: string,
    transport: HttpTransport,
    { asked, body, answer }: { asked: Numbers; body: Uint8Array; answer: Answer },
  ): void {
    if (transport.isGone) {
      refuse(answer, 'not-found', 'This connection is over. Open a new one.');
    } else if (path === TRANSPORT_PATHS.send) {
      transport.send(asked.sequence ?? 0, body, answer);
    } else if (path === TRANSPORT_PATHS.close) {
      transport.gone(asked.close ?? 1000);
      accept(answer);
    } else if (path === TRANSPORT_PATHS.poll && transport instanceof PollTransport) {
      const received = asked.received ?? 0;
      const holdMs = Math.min(asked.hold ?? 0, POLL_HOLD_MS);
      transport.poll({ received, holdMs }, answer);
    } else {
      refuse(answer, 'bad-message', 'This connection is of another kind.');
    }
  }

  #open(path: string, { request, body, answer }: Exchange): void {
    const subprotocol = header(request, TRANSPORT_HEADERS.protocol);
    if (subprotocol !== SUBPROTOCOL_BINARY && subprotocol !== SUBPROTOCOL_JSON) {
      const offer = `Say ${SUBPROTOCOL_BINARY} or ${SUBPROTOCOL_JSON} in ${TRANSPORT_HEADERS.protocol}.`;
      refuse(answer, 'bad-message', offer);
      return;
    }
    if (body.byteLength === 0) {
      refuse(answer, 'bad-message', 'The body holds hello, and what may follow it.');
      return;
    }
    const refusal = this.#options.host.tryAccept(request, () => {
      if (answer.destroyed) return;
      const options: HttpTransportOptions = {
        node: this.#options.relay?.node ?? null,
        cookie: readAnySessionCookie(request.headers.cookie),
        format: subprotocol === SUBPROTOCOL_BINARY ? 'binary' : 'text',
        onGone: ({ id }) => this.#transports.delete(id),
      };
      const transport =
        path === TRANSPORT_PATHS.stream
          ? new StreamTransport(options, answer)
          : new PollTransport(options, this.#options.wheel);
      this.#transports.set(transport.id, transport);
      transport.own(this.#options.host.connect(transport, request, subprotocol));
      if (transport instanceof StreamTransport) transport.start();
      else transport.poll({ received: 0, holdMs: POLL_HOLD_MS }, answer);
      transport.open(body);
    });
    if (refusal === null) return;
    const code = refusal.status in REFUSALS ? REFUSALS[refusal.status as 403] : 'overloaded';
    refuse(answer, code, refusal.sentence, HANDSHAKE.retryAfterS);
  }
}

/** More than any id of a transport has. */
const MAX_ID_LENGTH = 128;

function digestOf(cookie: string | null): string | null {
  return cookie === null ? null : sessionId(cookie);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly body: Uint8Array;
  readonly answer: ServerResponse;
}

function header({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' && value !== '' ? value : null;
}

type Numbers = Pick<RelayedRequest, 'sequence' | 'received' | 'hold' | 'close'>;

function numbersOf(request: IncomingMessage): Numbers {
  return {
    sequence: number(request, TRANSPORT_HEADERS.sequence),
    received: number(request, TRANSPORT_HEADERS.received),
    hold: number(request, TRANSPORT_HEADERS.hold),
    close: number(request, TRANSPORT_HEADERS.close),
  };
}

function number(request: IncomingMessage, name: string): number | null {
  const text = header(request, name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

class IncompleteRequest implements Evictable {
  readonly key = null;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  evict(): void {
    this.#request.destroy();
  }
}

/** Null when the request was aborted. */
type ReadBody = Uint8Array | 'too-large' | null;

async function readSend(
  request: IncomingMessage,
  transport: HttpTransport,
): Promise<ReadBody | 'too-many'> {
  if (transport.incompleteRequests === TRANSPORT.maxIncompleteRequests) return 'too-many';
  transport.incompleteRequests++;
  try {
    return await readBody(request, MAX_SEND_BYTES);
  } finally {
    transport.incompleteRequests--;
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return 'too-large';
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  // At most one copy: frames are views of this body.
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes);
}

function ignore(): void {}
