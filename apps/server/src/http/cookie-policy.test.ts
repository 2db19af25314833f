import { expect, test } from 'vitest';
import type { HeaderReader } from '../accounts/authenticator.ts';
import { writeSessionCookie } from '../accounts/session-cookie.ts';
import { CookiePolicy, type CookieConfiguration } from './cookie-policy.ts';

const PUBLIC_URL = new URL('https://docs.example.org');
const [OWN, PLANTED] = ['o'.repeat(43), 'p'.repeat(43)];
const policy = (more: Partial<CookieConfiguration> = {}): CookiePolicy =>
  new CookiePolicy({
    ...{ publicUrl: PUBLIC_URL, tls: null, allowedOrigins: [], allowedFrames: [] },
    ...more,
  });

const headersOf =
  (headers: Readonly<Record<string, string>>): HeaderReader =>
  (name) =>
    headers[name];
const by = (host: string, ...cookies: string[]): HeaderReader =>
  headersOf({ Host: host, Cookie: cookies.join('; ') });

const pairOf = (...written: Parameters<typeof writeSessionCookie>): string =>
  writeSessionCookie(...written).split(';', 1)[0] as string;
const own = pairOf(OWN, 'secure');
const planted = pairOf(PLANTED, 'plain');

test('AC30 over https, only a cookie that this very host has set counts', () => {
  expect(own).toMatch(/^__Host-tandem_session=/);
  for (const place of ['secure', 'embedded'] as const)
    expect(writeSessionCookie(OWN, place)).toMatch(/^__Host-[^;]+; Path=\/; .*; Secure/);
  const https = policy();
  expect(https.readSession(by(PUBLIC_URL.host, planted))).toBeNull();
  expect(https.readSession(by(PUBLIC_URL.host, planted, own))).toBe(OWN);
  const ownPort = policy({ publicUrl: null, tls: { certificate: '', key: '' } });
  expect(ownPort.readSession(by('docs.lan:3000', planted))).toBeNull();
  expect(ownPort.placeOf({ host: 'docs.lan:3000' })).toBe('secure');
});

test('AC30 a page of the public address sends none without the prefix, whatever its proxy says', () => {
  const header = headersOf({ Host: 'backend:3000', Origin: PUBLIC_URL.origin, Cookie: planted });
  expect(policy().readSession(header)).toBeNull();
});

test('AC30 over http, and where nothing is known of https, one without it counts', () => {
  expect(policy().readSession(by('192.168.1.5:3000', planted))).toBe(PLANTED);
  const unknown = policy({ publicUrl: null });
  expect(unknown.readSession(by('docs.example.org', planted))).toBe(PLANTED);
  expect(unknown.readSession(by('docs.example.org', planted, own))).toBe(OWN);
});

test('one that is no cookie of this server is passed over', () => {
  const header = by('192.168.1.5:3000', 'tandem_session=nonsense', planted);
  expect(policy().readSession(header)).toBe(PLANTED);
});
