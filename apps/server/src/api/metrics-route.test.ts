import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { ApiError } from '../http/api-error.ts';
import { metricsRoute } from './metrics-route.ts';

const TOKEN = 'a-token-of-sixteen';

function ask(token: string | null, authorization?: string) {
  const app = new Hono();
  app.get('/metrics', metricsRoute({ token, read: async () => 'a_total 1\n' }));
  app.onError((error, context) => context.text(error instanceof ApiError ? error.body.code : ''));
  return app.request('/metrics', {
    headers: authorization === undefined ? {} : { Authorization: authorization },
  });
}

test('is read with the token', async () => {
  const response = await ask(TOKEN, `Bearer ${TOKEN}`);
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(await response.text()).toBe('a_total 1\n');
});

test.each([undefined, '', 'Bearer ', `Bearer ${TOKEN}x`, TOKEN, `Basic ${TOKEN}`])(
  'is not read with %s',
  async (authorization) => {
    expect(await (await ask(TOKEN, authorization)).text()).toBe('unauthenticated');
  },
);

test('is nowhere when no token was set', async () => {
  expect(await (await ask(null, 'Bearer null')).text()).toBe('not-found');
});
