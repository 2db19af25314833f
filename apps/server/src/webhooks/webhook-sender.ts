/** Sends one delivery over the network, to public addresses only: WH6, WH7 and WH9 in `README.md`. */
import { lookup, Resolver } from 'node:dns/promises';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps, type RequestOptions as HttpsOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { WEBHOOKS } from '../limits.ts';
import { isOfOwnNetwork, isPublicAddress } from './public-address.ts';

export type Resolve = (host: string) => Promise<readonly string[]>;

export interface WebhookSenderOptions {
  /** Hosts, or hosts with ports, to which also plain http and private addresses lead. */
  readonly allowedHosts: readonly string[];
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

export interface WebhookMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * `refused`: this server sends to no such address. A name that leads into its network is as `unreachable` as one that leads
 * nowhere: nobody learns which names there are.
 */
export type SendResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'refused' | 'unreachable' | 'timeout' };

export type SendWebhook = (message: WebhookMessage, signal: AbortSignal) => Promise<SendResult>;

const resolveAsSystem: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** Not by the system's functions, which wait for slow name servers in threads that other work needs. */
const resolvePublic: Resolve = async (host) => {
  const resolver = new Resolver({ timeout: WEBHOOKS.lookupTimeoutMs, tries: 2 });
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return found.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
};

/** Names that lead into this machine or its network, wherever they are asked for. */
const isInnerName = (name: string): boolean =>
  !name.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);

const FIRST_OPEN_PORT = 1_024;

/** What of an address is wrong already before anything is sent; null for nothing. */
export function urlProblem(
  text: string,
  allowedHosts: readonly string[],
): 'invalid' | 'credentials' | 'insecure' | 'port' | 'private' | null {
  if (!URL.canParse(text)) return 'invalid';
  const url = new URL(text);
  if (!['https:', 'http:'].includes(url.protocol) || url.hash !== '') return 'invalid';
  if (url.username !== '' || url.password !== '') return 'credentials';
  if (isAllowed(url, allowedHosts)) return null;
  if (url.protocol !== 'https:') return 'insecure';
  const host = hostOf(url);
  if (isIP(host) === 0 ? isInnerName(host.replace(/\.$/, '')) : !isPublicAddress(host))
    return 'private';
  // Below are services that take what is sent to them for something else.
  return url.port !== '' && Number(url.port) < FIRST_OPEN_PORT ? 'port' : null;
}

export function webhookSender({
  allowedHosts,
  resolve,
  timeoutMs = WEBHOOKS.timeoutMs,
}: WebhookSenderOptions): SendWebhook {
  return async ({ url: text, headers, body }, signal) => {
    if (urlProblem(text, allowedHosts) !== null) return { kind: 'refused' };
    const url = new URL(text);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const isFree = isAllowed(url, allowedHosts);
      const ask = resolve ?? (isFree ? resolveAsSystem : resolvePublic);
      const addresses = await withLimit(() => resolved(hostOf(url), ask), limit);
      if (
        !isFree &&
        addresses.some((address) => !isPublicAddress(address) || isOfOwnNetwork(address))
      )
        return { kind: 'unreachable' };
      return await post(url, { headers, body, addresses, signal: limit });
    } catch {
      signal.throwIfAborted();
      return { kind: limit.aborted ? 'timeout' : 'unreachable' };
    }
  };
}

/** Without the brackets of IPv6. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

function isAllowed({ protocol, hostname, port }: URL, allowed: readonly string[]): boolean {
  const known = port === '' ? DEFAULT_PORTS[protocol] : port;
  return allowed.includes(hostname) || allowed.includes(`${hostname}:${known}`);
}

/** URLs leave them out. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** @throws without any address. */
async function resolved(host: string, resolve: Resolve): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const addresses = await resolve(host);
  if (addresses.length === 0) throw new Error('no address');
  return addresses;
}

async function withLimit<T>(begin: () => Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody would wait for what was begun.
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([begin(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Connects to the addresses that were checked, whatever the name leads to by then. Follows nothing. */
function post(
  url: URL,
  {
    headers,
    body,
    addresses,
    signal,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly addresses: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<SendResult> {
  const pinned = addresses.map((address) => ({ address, family: isIP(address) }));
  const answerLookup: LookupFunction = (_host, { all }, callback) => {
    const [first] = pinned;
    if (all === true) callback(null, pinned);
    else if (first !== undefined) callback(null, first.address, first.family);
  };
  const options: RequestOptions & Pick<HttpsOptions, 'rejectUnauthorized'> = {
    method: 'POST',
    // No connection is kept: the next one is checked again.
    agent: false,
    headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    lookup: answerLookup,
    rejectUnauthorized: true,
    maxHeaderSize: WEBHOOKS.maxHeaderBytes,
    signal,
  };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const sent = request(url, options, (answer) => {
      isAnswered = true;
      const result = { kind: 'answered', status: answer.statusCode ?? 0 } as const;
      let bytes = 0;
      // Nobody reads it; but a receiver whose answer is cut off may take that for a failure. One that sends it slowly
      // holds the turn of others.
      const patience = setTimeout(() => answer.destroy(), WEBHOOKS.answerBodyMs);
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes > WEBHOOKS.maxAnswerBytes) answer.destroy();
      });
      answer.on('error', () => resolve(result));
      answer.on('close', () => {
        clearTimeout(patience);
        resolve(result);
      });
    });
    sent.on('error', reject);
    // Also without any error, such as after an answer that wants to speak another protocol.
    sent.on('close', () => {
      if (!isAnswered) reject(new Error('no answer'));
    });
    sent.end(body);
  });
}
