import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { HTTP } from '../limits.ts';
import { limitRequestTime, watchRequestElsewhere } from './request-timeouts.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

async function send(head: string) {
  const server = createServer({ requestTimeout: 0 }).listen(0);
  onTestFinished(() => server.closeAllConnections());
  limitRequestTime(server);
  server.on('request', (request) => {
    if (request.url === '/upload') watchRequestElsewhere(request);
  });
  const socket = connect((server.address() as AddressInfo).port);
  let received = '';
  let isOver = false;
  socket.on('data', (data) => (received += data.toString()));
  socket.on('close', () => (isOver = true));
  socket.write(head);
  await once(server, 'request');
  return { socket, received: () => received, isOver: () => isOver };
}

const post = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf`;

test('a body that does not arrive in time ends its connection', async () => {
  const client = await send(post('/api/documents'));
  const closed = once(client.socket, 'close');
  await vi.advanceTimersByTimeAsync(HTTP.requestTimeoutMs);
  await closed;
  expect(client.received()).toMatch(/^HTTP\/1\.1 408 /);
});

test.each([post('/upload'), 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n', `${post('/whole')}-done`])(
  'the connection of %j stays',
  async (head) => {
    const client = await send(head);
    await vi.advanceTimersByTimeAsync(HTTP.requestTimeoutMs);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.isOver()).toBe(false);
  },
);
