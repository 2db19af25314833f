import { errorOf, TOKEN_HEADER } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { HttpSession } from './http-session.ts';

function sessionWith(answer: () => Response) {
  const { clock } = new FakeEnvironment();
  const requests: RequestInit[] = [];
  const http = new HttpSession({
    base: '',
    clock,
    fetch: async (_, init = {}) => {
      requests.push(init);
      return answer();
    },
  });
  return { http, requests };
}

const page = (status: number) =>
  new Response('<!doctype html><title>Sign in</title>', {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
  });
const json = (status: number, body: unknown) => Response.json(body, { status });
const refusal = { error: errorOf('unauthenticated') };

test.each<[string, () => Response, object]>([
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { Location: '/login' } }),
    { kind: 'sign-in' },
  ],
  ['401 of a proxy', () => json(401, { message: 'unauthorized' }), { kind: 'sign-in' }],
  ['401 without a body', () => new Response(null, { status: 401 }), { kind: 'sign-in' }],
  ['403 with a page', () => page(403), { kind: 'sign-in' }],
  ['200 with a page', () => page(200), { kind: 'sign-in' }],
  ['401 of the server', () => json(401, refusal), { kind: 'refused', ...refusal }],
  ['404 of a proxy', () => page(404), { kind: 'unreachable' }],
  ['429 of a proxy', () => page(429), { kind: 'unreachable' }],
  ['502 of a proxy', () => page(502), { kind: 'unreachable' }],
  ['JSON of somebody else', () => json(200, {}), { kind: 'unreachable' }],
])('instead of a token: %s', async (_, answer, expected) => {
  const { http, requests } = sessionWith(answer);
  expect(await http.token({ fresh: true })).toEqual(expected);
  expect(requests[0]).toMatchObject({ method: 'POST', redirect: 'manual' });
});

test.each<[string, () => Response, string]>([
  ['the server that takes connections', () => new Response('alive\n'), 'reachable'],
  ['one that starts', () => new Response('starting\n'), 'unreachable'],
  ['one that drains', () => new Response('draining\n'), 'unreachable'],
  ['a redirect', () => new Response(null, { status: 307 }), 'sign-in'],
  ['a page to sign in', () => page(200), 'sign-in'],
  ['a bad gateway', () => page(502), 'unreachable'],
])('reachability with %s', async (_, answer, expected) => {
  expect(await sessionWith(answer).http.reachable()).toBe(expected);
});

test('requests of the session carry its token, including the request for the next token', async () => {
  const user = { id: 'ada', name: 'Ada', color: 1 };
  let count = 0;
  const { http, requests } = sessionWith(() =>
    json(200, { user, token: `t${++count}`, expiresAt: Number.MAX_SAFE_INTEGER }),
  );
  await http.token({ fresh: false });
  await http.fetch('/api/documents');
  await http.token({ fresh: true });
  await http.fetch('/api/documents', { method: 'POST', headers: { 'X-Other': 'kept' } });
  const tokens = requests.map(({ headers }) => new Headers(headers).get(TOKEN_HEADER));
  expect(tokens).toEqual([null, 't1', 't1', 't3']);
  expect(requests[3]).toMatchObject({ method: 'POST' });
  expect(new Headers(requests[3]?.headers).get('X-Other')).toBe('kept');
});
