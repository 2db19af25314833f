/** The documented proxy configurations, verbatim, in the real programs. */
import { describe, expect, test } from 'vitest';
import { HttpClient } from './http-client.ts';
import { NativeClient } from './native-client.ts';
import { findProgram } from './programs.ts';
import { PROXY_KINDS, runProxy } from './real-proxy.ts';
import { RunningServer } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

const programs = await Promise.all(
  PROXY_KINDS.map(async (kind) => ({ ...kind, program: await findProgram(kind) })),
);
const BROWSER = { 'User-Agent': 'Mozilla/5.0', 'Content-Type': 'application/json' };

/** Like a page from the proxy's address: sends its origin, port included. */
async function signInThrough(url: string): Promise<SignedIn> {
  const headers = { ...BROWSER, Origin: url };
  const answer = await fetch(`${url}/api/session`, { method: 'POST', headers });
  expect(answer.status).toBe(200);
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] as string;
  return { ...((await answer.json()) as SignedIn), cookie, fetch: () => Promise.reject() };
}

for (const { program, ...kind } of programs) {
  // Skipped where the program is missing and cannot be installed.
  describe.runIf(program !== null)(`behind ${kind.name}`, () => {
    test('pages, the API, WebSockets, streams and polls pass, on a port of its own', async () => {
      const server = await RunningServer.start({ TRUST_PROXY: '1' });
      const url = await runProxy(kind, { program: program as string, target: server.port });
      await ready(url);
      const guest = await signInThrough(url);
      expect(server.output).not.toContain('TRUST_PROXY=1');

      const socket = new NativeClient(
        { socketUrl: url.replace(/^http/, 'ws') },
        { headers: { Origin: url, Cookie: guest.cookie } },
      );
      await socket.opened();
      socket.hello(guest.token);
      await socket.next('welcome');
      socket.send({ type: 'ping', channel: 0, nonce: 1 });
      expect(await socket.next('pong')).toMatchObject({ nonce: 1 });

      const stream = new HttpClient(url, guest);
      expect((await stream.stream()).status).toBe(200);
      await stream.next('welcome');
      await stream.send({ type: 'ping', channel: 0, nonce: 2 });
      expect(await stream.next('pong')).toMatchObject({ nonce: 2 });

      const polls = new HttpClient(url, guest);
      expect((await polls.poll()).status).toBe(200);
      await polls.next('welcome');
    });

    test('the server notices it where TRUST_PROXY is not set', async () => {
      const server = await RunningServer.start();
      const url = await runProxy(kind, { program: program as string, target: server.port });
      await ready(url);
      await signInThrough(url);
      expect(server.output).toContain('TRUST_PROXY=1');
    });
  });
}

async function ready(url: string): Promise<void> {
  await expect
    .poll(async () => (await fetch(`${url}/healthz`)).status, { timeout: 10_000 })
    .toBe(200);
}
