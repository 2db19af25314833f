import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { clientAddress, widerNetwork } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string, trusted = 0) =>
  clientAddress(
    {
      socket: { remoteAddress },
      headers: { 'x-forwarded-for': forwarded },
    } as unknown as IncomingMessage,
    trusted,
  );

describe('client address', () => {
  test('believes the socket, and headers only as far as proxies are trusted', () => {
    expect(from('192.0.2.7')).toBe('192.0.2.7');
    expect(from('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(from('192.0.2.7', '203.0.113.1')).toBe('192.0.2.7');
    expect(from('192.0.2.7', '203.0.113.1', 1)).toBe('203.0.113.1');
    expect(from('192.0.2.7', 'forged, 203.0.113.1, 198.51.100.1', 2)).toBe('203.0.113.1');
    expect(from('192.0.2.7', 'short', 3)).toBe('192.0.2.7');
    expect(from('192.0.2.7', undefined, 1)).toBe('192.0.2.7');
  });

  test('counts IPv6 by network, however it is written', () => {
    expect(from('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(from('2001:db8:1:2::6')).toBe('2001:db8:1:2::/64');
    expect(from('2001:0DB8:0001:0002:ffff::')).toBe('2001:db8:1:2::/64');
    expect(from('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(from('2001:db8:1:3::6')).toBe('2001:db8:1:3::/64');
    expect(from('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  });

  test('does not count this machine', () => {
    expect(from('127.0.0.1')).toBeNull();
    expect(from('::1')).toBeNull();
    expect(from('::ffff:127.0.0.1')).toBeNull();
  });
});

test.each([
  ['192.0.2.7', '192.0.2.0/24'],
  ['2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8:0:0::/64', '2001:db8:0::/48'],
  [null, null],
  ['unknown', null],
  ['<b>Lantern</b>', null],
  ['NaN:0:0:0::/64', null],
])('AU5 %s is kept as %s', (address, network) => {
  expect(widerNetwork(address)).toBe(network);
});
