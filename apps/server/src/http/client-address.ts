/** Where a request comes from, as far as it can be believed. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * @param trustedProxies as many entries of X-Forwarded-For, from the right, were written by proxies of ours.
 * @returns the address to count by: of IPv6 the network, as each subscriber has all addresses of one.
 *   Null for this machine itself, where a proxy may stand whom nobody told us of.
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

/** The first 64 bits. */
function networkOf(address: string): string {
  const [left = [], right = []] = address.split('::').map((part) => part.split(':'));
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group || '0', 16).toString(16)).join(':')}::/64`;
}
