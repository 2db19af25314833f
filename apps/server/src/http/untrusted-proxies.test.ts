import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { UntrustedProxies } from './untrusted-proxies.ts';

function watch(trustedProxies = 0) {
  const heard = { warnings: [] as unknown[], counted: 0 };
  const proxies = new UntrustedProxies({
    trustedProxies,
    counter: { add: () => heard.counted++ },
    log: { warn: (...said: unknown[]) => void heard.warnings.push(said) },
  });
  const come = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
    proxies.notice({ headers, socket: { remoteAddress } } as unknown as IncomingMessage);
  return { heard, come };
}
const forwarded = { 'x-forwarded-for': '203.0.113.7' };

test('warns once of a proxy in a private network, names the setting, and counts each request', () => {
  const { heard, come } = watch();
  for (let i = 0; i < 3; i++) come('172.18.0.2', forwarded);
  come('::ffff:10.1.2.3', { forwarded: 'for=203.0.113.7' });
  come('fd00::1', forwarded);
  come('127.0.0.1', forwarded);
  expect(heard.counted).toBe(6);
  expect(heard.warnings).toEqual([
    [{ address: '172.18.0.2' }, expect.stringContaining('TRUST_PROXY=1')],
  ]);
});

test('says nothing of what anybody on the internet sends, nor without such a header', () => {
  const { heard, come } = watch();
  come('198.51.100.7', forwarded);
  come('2001:db8::7', forwarded);
  come('172.18.0.2');
  come(undefined, forwarded);
  expect(heard).toEqual({ warnings: [], counted: 0 });
});

test('says nothing where proxies are trusted', () => {
  const { heard, come } = watch(1);
  come('172.18.0.2', forwarded);
  expect(heard.counted).toBe(0);
});
