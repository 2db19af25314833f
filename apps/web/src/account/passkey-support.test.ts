import { expect, test } from 'vitest';
import { passkeyObstacle } from './passkey-support.ts';

const page = (origin: string, more: object = {}) => ({
  origin,
  isFrame: false,
  hasPasskeys: true,
  ...more,
});

test.each([
  ['https://docs.example.org', null],
  ['https://docs.example.org:8443', null],
  ['http://localhost:3000', null],
  ['http://docs.localhost:3000', null],
  ['http://docs.example.org', 'not-secure'],
  ['http://192.168.1.5:3000', 'not-secure'],
  ['https://192.168.1.5', 'not-secure'],
  ['http://127.0.0.1:3000', 'not-secure'],
  ['https://[2001:db8::1]', 'not-secure'],
])('PK2 a page of %s: %s', (origin, kind) => {
  expect(passkeyObstacle(null, page(origin))?.kind ?? null).toBe(kind);
});

test('PK2 a page of another address than the server’s own leads there', () => {
  const only = 'https://docs.example.org';
  expect(passkeyObstacle(only, page(only))).toBeNull();
  expect(passkeyObstacle(only, page('http://192.168.1.5:3000'))).toEqual({
    kind: 'elsewhere',
    address: only,
  });
  expect(passkeyObstacle('http://10.0.0.1', page('http://10.0.0.1'))?.kind).toBe('not-secure');
  expect(passkeyObstacle('http://10.0.0.1', page(only))?.kind).toBe('not-secure');
});

test('PK2 a page in a frame, and a browser without passkeys, have none', () => {
  const origin = 'https://docs.example.org';
  expect(passkeyObstacle(null, page(origin, { isFrame: true }))?.kind).toBe('frame');
  expect(passkeyObstacle(null, page(origin, { hasPasskeys: false }))?.kind).toBe('browser');
});
