/** Pings below the message level, as proxies and stock clients send them. */
import { once } from 'node:events';
import { beforeAll, expect, test } from 'vitest';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';

let server: RunningServer;
const atEnd = atEndOfFile();

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

test('answers each ping with its payload, before and after hello', async () => {
  const outsider = new NativeClient(server);
  await outsider.opened();
  const guest = await NativeClient.onAuthenticated(server);
  for (const { socket } of [outsider, guest]) {
    const answer = once(socket, 'pong');
    socket.ping('are you there?');
    expect(`${(await answer)[0]}`).toBe('are you there?');
  }
});
