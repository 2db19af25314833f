/**
 * Detects a proxy without `TRUST_PROXY`: everyone behind it shares the limits of one address, and nothing else
 * would show the operator why people are refused.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { Log } from '../runtime/log.ts';
import type { Counter } from '../metrics/instruments.ts';

/** Networks of an operator's own proxies: RFC 1918, 4193 and 6598, and the loopback. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addAddress('::1', 'ipv6');

export interface UntrustedProxiesOptions {
  readonly trustedProxies: number;
  readonly counter: Pick<Counter, 'add'>;
  readonly log: Pick<Log, 'warn'>;
}

export class UntrustedProxies {
  readonly #options: UntrustedProxiesOptions;
  #isReported = false;

  constructor(options: UntrustedProxiesOptions) {
    this.#options = options;
  }

  notice({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): void {
    const { trustedProxies, counter, log } = this.#options;
    if (trustedProxies > 0) return;
    if (headers['x-forwarded-for'] === undefined && headers.forwarded === undefined) return;
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    // Anyone on the internet may send the header.
    if (!PRIVATE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return;
    counter.add();
    if (this.#isReported) return;
    this.#isReported = true;
    log.warn(
      { address },
      'requests come through an untrusted proxy, and all of its clients count as one address; set TRUST_PROXY to the number of proxies, such as TRUST_PROXY=1',
    );
  }
}
