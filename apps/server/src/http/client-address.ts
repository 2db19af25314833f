/** Where a request comes from, as far as it can be believed. */
import type { IncomingMessage } from 'node:http';

/**
 * @param trustedProxies as many entries of X-Forwarded-For, from the right, were written by proxies of ours.
 * @returns null for this machine itself, where a proxy may stand whom nobody told us of.
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
  return plain === '::1' || plain.startsWith('127.') ? null : plain;
}
