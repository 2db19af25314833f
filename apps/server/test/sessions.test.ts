/** A session is extended while its connection lives, and the connection ends with it. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '@tandem/protocol';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

describe('W35: a new token', () => {
  test('of the same user is accepted on the living connection', async () => {
    const guest = await signIn(server);
    const client = await NativeClient.onAuthenticated(server, { guest });
    const renewed = (await (
      await guest.fetch('/api/session', { method: 'POST' })
    ).json()) as Session;
    client.send({ type: 'token', channel: 0, token: renewed.token });
    // Token times are whole seconds.
    const { expiresAt } = await client.next('authenticated');
    expect(Math.abs(expiresAt - renewed.expiresAt)).toBeLessThan(1_000);
    expect(client.closed).toBeNull();
  });

  test('of another user, or that is none, ends it', async () => {
    const other = await signIn(server);
    for (const token of [other.token, 'forged', '']) {
      const client = await NativeClient.onAuthenticated(server);
      client.send({ type: 'token', channel: 0, token });
      expect((await client.end()).code, token.slice(0, 6)).toBe(4401);
    }
  });
});

describe('W36: signing out', () => {
  test('ends all connections of that session, and no others, within a second', async () => {
    const guest = await signIn(server);
    const mine = [
      await NativeClient.onAuthenticated(server, { guest }),
      await NativeClient.onAuthenticated(server, { guest, format: 'json' }),
    ];
    const other = await NativeClient.onAuthenticated(server);
    const start = Date.now();
    expect((await guest.fetch('/api/session/end', { method: 'POST' })).ok).toBe(true);
    for (const client of mine) expect((await client.end()).code).toBe(4401);
    expect(Date.now() - start).toBeLessThan(PROMISED_SECOND_MS);
    other.send({ type: 'ping', channel: 0, nonce: 1 });
    await other.next('pong');
    const late = new NativeClient(server);
    await late.opened();
    late.hello(guest.token);
    expect((await late.end()).code).toBe(4401);
  });
});
