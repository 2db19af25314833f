import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { HttpListener } from './http-listener.ts';

async function listen(): Promise<HttpListener> {
  const listener = await HttpListener.listen({
    port: 0,
    host: '127.0.0.1',
    headers: () => ({ 'X-Test': 'here' }),
    trustedProxies: 0,
    certificate: null,
  });
  onTestFinished(() => listener[Symbol.asyncDispose]());
  return listener;
}

async function send(listener: HttpListener, text: string): Promise<string> {
  const socket = connect(listener.address.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

const ask = async (listener: HttpListener, path: string): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${listener.address.port}${path}`);
  return `${answer.status} ${(await answer.text()).trim()}`;
};

test('answers from the first moment to the last, in words for load balancers and for clients', async () => {
  const listener = await listen();
  expect(await ask(listener, '/healthz')).toBe('200 starting');
  expect(await ask(listener, '/readyz')).toBe('503 starting');
  const page = await fetch(`http://127.0.0.1:${listener.address.port}/d/a`);
  expect([page.status, page.headers.get('retry-after'), page.headers.get('refresh')]).toEqual([
    503,
    '2',
    '2',
  ]);
  expect(await page.text()).toBe('Tandem is starting. Come back in a moment.\n');

  let canStore = true;
  listener.serve({
    request: (_, response) => response.end('served'),
    upgrade: (_, stream) => void stream.destroy(),
    canStore: () => canStore,
  });
  expect(await ask(listener, '/healthz')).toBe('200 alive');
  expect(await ask(listener, '/readyz')).toBe('200 ready');
  expect(await ask(listener, '/d/a')).toBe('200 served');
  canStore = false;
  expect(await ask(listener, '/readyz')).toBe('503 cannot store');

  listener.drain();
  expect(await ask(listener, '/healthz')).toBe('200 draining');
  expect(await ask(listener, '/readyz')).toBe('503 draining');
  expect(await ask(listener, '/d/a')).toBe('200 served');
});

test.each([
  ['HTTP/1.0 without Host', 'GET /readyz HTTP/1.0\r\n\r\n'],
  ['OPTIONS', 'OPTIONS /readyz HTTP/1.0\r\n\r\n'],
  ['the check of HAProxy without settings', 'OPTIONS / HTTP/1.0\r\n\r\n'],
  ['OPTIONS of the server', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['HTTP/1.1 without Host', 'GET /readyz HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['a Host of its own', 'GET /healthz HTTP/1.1\r\nHost: _b_:x y\r\nConnection: close\r\n\r\n'],
  ['HEAD', 'HEAD /healthz HTTP/1.0\r\n\r\n'],
])('answers a health check by %s', async (_, request) => {
  const listener = await listen();
  listener.serve({
    request: (__, response) => response.writeHead(400).end(),
    upgrade: (__, stream) => void stream.destroy(),
    canStore: () => true,
  });
  const answer = await send(listener, request);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*X-Test: here\r\n/);
  expect(answer.endsWith('\r\n\r\n')).toBe(request.startsWith('HEAD'));
});

test('sends sockets away while it starts', async () => {
  const listener = await listen();
  const answer = await send(
    listener,
    'GET /sync HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 2\r\n/);
});
