/** The network address of a client. */
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/**
 * @param trustedProxies how many entries of X-Forwarded-For, from the right, the operator's proxies wrote.
 * @returns the key for limits by address. An IPv6 address counts by its /64 network, since each subscriber has
 *   all addresses of one. Null for this machine, where a proxy may stand without the operator having set it.
 */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustedProxies: number,
): string | null {
  const forwarded = headers['x-forwarded-for'];
  const hops = typeof forwarded === 'string' ? forwarded.split(',').map((hop) => hop.trim()) : [];
  const address =
    (trustedProxies > 0 ? hops.at(-trustedProxies) : undefined) ??
    socket.remoteAddress ??
    'unknown';
  const plain = address.replace(/^::ffff:/, '');
  if (plain === '::1' || plain.startsWith('127.')) return null;
  return isIPv6(plain) ? networkOf(plain) : plain;
}

/**
 * What the audit log keeps of a client's address (AU5): the /24 of an IPv4 address, or the /48 of an IPv6 one.
 *
 * @param address as above. @returns null for this machine, and for what is no address: a proxy may pass on any text.
 */
export function widerNetwork(address: string | null): string | null {
  if (address === null) return null;
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const groups = /^([\da-f]+:[\da-f]+:[\da-f]+):[\da-f]+::\/64$/.exec(address);
  return groups === null ? null : `${groups[1]}::/48`;
}

function networkOf(address: string): string {
  const [left = [], right = []] = address.split('::').map((part) => part.split(':'));
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group || '0', 16).toString(16)).join(':')}::/64`;
}
