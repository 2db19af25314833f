import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { failureOf, post } from './request.ts';

const shape = z.strictObject({ id: z.string() });
const answering = (response: Response | Error) => () =>
  response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
const failure = (response: Response | Error) =>
  post('/api/x', { answer: shape, fetch: answering(response) }).then(
    () => null,
    (thrown: unknown) => failureOf(thrown),
  );

test('an answer that fits its schema is returned', async () => {
  await expect(
    post('/api/x', { answer: shape, fetch: answering(Response.json({ id: 'a' })) }),
  ).resolves.toEqual({ id: 'a' });
});

test('an answer without a body is not parsed', async () => {
  const empty = new Response(null, { status: 204 });
  await expect(post('/api/x', { fetch: answering(empty) })).resolves.toBeUndefined();
});

test('no network is unreachable', async () => {
  expect(await failure(new TypeError('network'))).toEqual({ kind: 'unreachable' });
});

test('the page of a proxy is unreachable', async () => {
  expect(await failure(new Response('<h1>502</h1>', { status: 502 }))).toEqual({
    kind: 'unreachable',
  });
  expect(await failure(Response.json({ oops: true }, { status: 500 }))).toEqual({
    kind: 'unreachable',
  });
});

test.each([
  new Response(null, { status: 302 }),
  new Response(null, { status: 401 }),
  new Response('<h1>Sign in</h1>', { status: 403 }),
  new Response('<h1>Sign in</h1>', { headers: { 'Content-Type': 'text/html' } }),
])('a proxy that asks to sign in is distinguished from an unreachable server', async (response) => {
  expect(await failure(response)).toEqual({ kind: 'sign-in' });
});

test('a refusal carries the server’s error', async () => {
  const error = errorOf('not-found');
  expect(await failure(Response.json({ error }, { status: 404 }))).toEqual({
    kind: 'refused',
    error,
  });
});

test('an answer that does not fit its schema means another version', async () => {
  expect(await failure(Response.json({ id: 1 }))).toMatchObject({
    kind: 'refused',
    error: { code: 'version-unsupported' },
  });
});
