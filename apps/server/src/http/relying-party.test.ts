import { expect, test } from 'vitest';
import { RelyingParties } from './relying-party.ts';

const parties = (publicUrl: string | null, mode: 'production' | 'development' = 'production') =>
  new RelyingParties({ publicUrl: publicUrl === null ? null : new URL(publicUrl), mode });

test.each([
  ['https://docs.example.org', 'docs.example.org', 'docs.example.org'],
  ['https://docs.example.org:8443', 'docs.example.org:8443', 'docs.example.org'],
  ['http://localhost:3000', 'localhost:3000', 'localhost'],
  ['http://docs.localhost:3000', 'docs.localhost:3000', 'docs.localhost'],
  ['http://docs.example.org', 'docs.example.org', null],
  ['http://192.168.1.5:3000', '192.168.1.5:3000', null],
  ['https://192.168.1.5', '192.168.1.5', null],
  ['http://127.0.0.1:3000', '127.0.0.1:3000', null],
  ['https://[2001:db8::1]', '[2001:db8::1]', null],
  ['https://evil.example', 'docs.example.org', null],
  ['http://localhost:5173', 'localhost:3000', null],
  ['null', 'docs.example.org', null],
  [undefined, 'docs.example.org', null],
])('PK2 without PUBLIC_URL, a page of %s on %s has those of %s', (origin, host, expected) => {
  expect(parties(null).of({ origin, host })?.host ?? null).toBe(expected);
});

test('PK2 with PUBLIC_URL, pages of that origin alone have passkeys', () => {
  const of = (origin: string, host: string) =>
    parties('https://docs.example.org').of({ origin, host });
  expect(of('https://docs.example.org', '10.0.0.1')).toEqual({
    host: 'docs.example.org',
    origin: 'https://docs.example.org',
  });
  expect(of('https://other.example.org', 'other.example.org')).toBeNull();
  expect(of('http://localhost:3000', 'localhost:3000')).toBeNull();
  expect(parties('http://10.0.0.1').of({ origin: 'http://10.0.0.1', host: '10.0.0.1' })).toBeNull();
});

test('PK2 in development, the page may come from another port of this machine', () => {
  const caller = { origin: 'http://localhost:5173', host: 'localhost:3000' };
  expect(parties(null, 'development').of(caller)?.host).toBe('localhost');
});

test.each([
  ['http://docs.example.org', 'docs.example.org'],
  ['https://192.168.1.5', '192.168.1.5'],
  ['https://other.example.org', 'docs.example.org'],
  ['null', 'docs.example.org'],
])('PK9 on a page of %s, a passkey of %s is no way to sign in', (origin, host) => {
  expect(parties(null).isInUse(host, { origin, host })).toBe(false);
});

test('PK9 passkeys of a server whose address is not encrypted are no way to sign in', () => {
  const caller = { origin: 'https://docs.example.org', host: 'docs.example.org' };
  expect(parties('http://docs.example.org').isInUse('docs.example.org', caller)).toBe(false);
  expect(parties('https://10.0.0.1').isInUse('10.0.0.1', caller)).toBe(false);
});

test('PK9 passkeys of the host of the request are a way to sign in', () => {
  const here = { origin: undefined, host: 'docs.example.org:8443' };
  const page = { origin: 'https://docs.example.org', host: 'docs.example.org' };
  expect(parties(null).isInUse('docs.example.org', page)).toBe(true);
  expect(parties(null).isInUse('docs.example.org', here)).toBe(true);
  expect(parties(null).isInUse('old.example.org', here)).toBe(false);
  const open = parties('https://docs.example.org');
  expect(open.isInUse('docs.example.org', { origin: undefined, host: '10.0.0.1' })).toBe(true);
  expect(open.isInUse('localhost', { origin: undefined, host: 'localhost' })).toBe(false);
});
