import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { failureOf, isTemporary, request } from './request.ts';

const shape = z.strictObject({ id: z.string() });
const answering = (response: Response | Error) => () =>
  response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
const failure = (response: Response | Error) =>
  request('GET', '/api/x', { answer: shape, fetch: answering(response) }).then(
    () => null,
    (thrown: unknown) => failureOf(thrown),
  );

test('an answer of the right shape', async () => {
  await expect(
    request('GET', '/api/x', { answer: shape, fetch: answering(Response.json({ id: 'a' })) }),
  ).resolves.toEqual({ id: 'a' });
});

test('a body is sent as JSON', async () => {
  let sent: RequestInit | undefined;
  await request('PATCH', '/api/x', {
    body: { title: 'T' },
    fetch: (_path, init) => {
      sent = init;
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  });
  expect(sent).toMatchObject({
    method: 'PATCH',
    body: '{"title":"T"}',
    headers: { 'content-type': 'application/json' },
  });
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

test('a refusal carries the server’s words', async () => {
  const error = errorOf('not-found');
  expect(await failure(Response.json({ error }, { status: 404 }))).toEqual({
    kind: 'refused',
    error,
  });
});

test('an answer of another shape means another version', async () => {
  expect(await failure(Response.json({ id: 1 }))).toMatchObject({
    kind: 'refused',
    error: { code: 'version-unsupported' },
  });
});

test('what is worth trying again', () => {
  expect(isTemporary({ kind: 'unreachable' })).toBe(true);
  expect(isTemporary({ kind: 'refused', error: errorOf('overloaded') })).toBe(true);
  expect(isTemporary({ kind: 'refused', error: errorOf('forbidden') })).toBe(false);
});
