/** Many new users behind one address, such as a class or a proxy. */
import { expect, test } from 'vitest';
import type { ErrorBody } from '@tandem/protocol';
import { RunningServer } from './running-server.ts';

const AT_ONCE = 200;

const arrive = (server: RunningServer, address: string) =>
  fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { 'X-Forwarded-For': address },
  });

test('lets a classroom in, tells the rest when to ask again, and others nothing of it', async () => {
  const server = await RunningServer.start({ TRUST_PROXY: '1', LOG_LEVEL: 'info' });
  const guests = Array.from({ length: AT_ONCE }, () => arrive(server, '203.0.113.7'));
  for (const answer of await Promise.all(guests)) expect(answer.status).toBe(200);
  // The bucket refills meanwhile: some of these succeed.
  const late: Response[] = [];
  while (late.at(-1)?.status !== 429 && late.length < 2 * AT_ONCE)
    late.push(await arrive(server, '203.0.113.7'));
  const refused = late.at(-1) as Response;
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
  const { error } = (await refused.json()) as { error: ErrorBody };
  expect(error).toEqual({
    code: 'too-many',
    message: 'Many people come from your network at this moment. This page tries again by itself.',
    temporary: true,
    retryAfterMs: 3_000,
  });
  expect((await arrive(server, '198.51.100.1')).status).toBe(200);
});

test('names the missing setting when a proxy is not trusted', async () => {
  const server = await RunningServer.start({ METRICS_TOKEN: 'm'.repeat(16) });
  for (let i = 0; i < 3; i++) await arrive(server, '203.0.113.7');
  const lines = server.output.split('\n').filter((line) => line.includes('TRUST_PROXY=1'));
  expect(lines).toHaveLength(1);
  const headers = { Authorization: `Bearer ${'m'.repeat(16)}` };
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
  expect(metrics).toContain('tandem_untrusted_forwarded_total 3\n');
});
