/** The reverse proxies of `deploy/`, in front of real servers. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOL_BINARY, SYNC_PATH, type Session } from '@tandem/protocol';
import { checkUnchanged, FRONT_DOORS, runFrontDoor, type RunningFrontDoor } from './front-door.ts';
import { HttpClient } from './http-client.ts';
import { insecureFetch } from './insecure-fetch.ts';
import { NativeClient } from './native-client.ts';
import { findProgram } from './programs.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import type { SignedIn } from './signed-in.ts';

const METRICS_TOKEN = 'a token for anyone who watches';
const FEED = '/api/channels/dashboard/events';
/** A buffering proxy holds an answer back until it ends: never, or with a poll, which asks for ten seconds. */
const PROMPT_MS = 5_000;
/** Above the server's ping of 25 s. */
const SHORT_TIMEOUT = '28s';
const IDLE_MS = 32_000;

const doors = await Promise.all(
  FRONT_DOORS.map(async (door) => ({ door, program: await findProgram(door) })),
);
const installed = doors.flatMap(({ door, program }) =>
  program === null ? [] : [{ door, program }],
);
const external = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({ TRUST_PROXY: '1', METRICS_TOKEN }, atEndOfFile());
});

async function signInThrough({ url }: RunningFrontDoor): Promise<SignedIn> {
  const headers = { Origin: url };
  const answer = await insecureFetch(`${url}/api/session`, { method: 'POST', headers });
  expect(answer.status).toBe(200);
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toContain('; Secure');
  const session = (await answer.json()) as Session;
  return { ...session, cookie: cookie.split(';', 1)[0] as string, fetch: () => Promise.reject() };
}

async function openSocket(front: RunningFrontDoor, guest: SignedIn): Promise<NativeClient> {
  const client = new NativeClient(front, {
    rejectUnauthorized: false,
    headers: { Origin: front.url, Cookie: guest.cookie },
  });
  await client.opened();
  client.hello(guest.token);
  await client.next('welcome');
  return client;
}

async function openStream(front: RunningFrontDoor, guest: SignedIn): Promise<HttpClient> {
  const stream = new HttpClient(front.url, guest, { fetch: insecureFetch });
  expect((await stream.stream()).status).toBe(200);
  await stream.next('welcome');
  return stream;
}

/** How long the answer to a ping takes. */
async function roundTripMs(client: NativeClient | HttpClient, nonce: number): Promise<number> {
  const began = performance.now();
  await client.send({ type: 'ping', channel: 0, nonce });
  await client.next('pong', (pong) => pong.nonce === nonce);
  return performance.now() - began;
}

interface Feed {
  readonly text: () => string;
  readonly leave: () => void;
}

/** Over HTTP/2, as browsers read it. */
async function openFeed({ url }: RunningFrontDoor): Promise<Feed> {
  const session = connectHttp2(url, { rejectUnauthorized: false });
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': FEED, authorization: `Bearer ${METRICS_TOKEN}` });
  const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
  expect(headers[':status']).toBe(200);
  let text = '';
  stream.on('data', (piece: Buffer) => (text += piece.toString()));
  return { text: () => text, leave: () => session.destroy() };
}

const countOf = (feed: Feed): number => feed.text().match(/^event: value$/gm)?.length ?? 0;

for (const { door, program } of doors) {
  // Skipped where the program is missing and cannot be installed.
  describe.runIf(program !== null)(`behind ${door.name}`, () => {
    const run = (nodes: readonly number[], change?: (text: string) => string) =>
      runFrontDoor(door, {
        program: program as string,
        nodes,
        ...(change === undefined ? {} : { change }),
      });

    // The check opens its ports.
    test.runIf(process.getuid?.() === 0)('its file as it is passes its own check', async () => {
      await checkUnchanged(door, program as string);
    });

    test('pages, WebSockets, streams, polls and feeds pass, and nothing is held back', async () => {
      const front = await run([server.port]);
      expect(await (await insecureFetch(`${front.url}/healthz`)).text()).toBe('alive\n');
      const guest = await signInThrough(front);

      const socket = await openSocket(front, guest);
      expect(await roundTripMs(socket, 1)).toBeLessThan(PROMPT_MS);

      const stream = await openStream(front, guest);
      for (const nonce of [2, 3, 4])
        expect(await roundTripMs(stream, nonce)).toBeLessThan(PROMPT_MS);

      const polls = new HttpClient(front.url, guest, { fetch: insecureFetch });
      expect((await polls.poll()).status).toBe(200);
      await polls.next('welcome');
      polls.keepAsking(10_000);
      for (const nonce of [5, 6]) expect(await roundTripMs(polls, nonce)).toBeLessThan(PROMPT_MS);

      const feed = await openFeed(front);
      await expect.poll(() => countOf(feed)).toBeGreaterThan(1);
    });

    test('a client that leaves is gone from the server at once', async () => {
      const alone = await RunningServer.start({ TRUST_PROXY: '1', METRICS_TOKEN });
      const front = await run([alone.port]);
      const guest = await signInThrough(front);
      const socket = await openSocket(front, guest);
      const stream = await openStream(front, guest);
      const feed = await openFeed(front);
      expect(await countConnections(alone)).toBe(3);
      stream.vanish();
      socket.socket.terminate();
      feed.leave();
      // Otherwise it would be gone after the next ping.
      await expect.poll(() => countConnections(alone), { timeout: 10_000 }).toBe(0);
    });

    test('http is sent to https, and metrics are not for the internet', async () => {
      const front = await run([server.port]);
      const answer = await insecureFetch(`http://localhost:${front.plainPort}/d/a?b`);
      expect([301, 302, 308]).toContain(answer.status);
      expect(answer.headers.get('location')).toMatch(/^https:\/\/localhost[^/]*\/d\/a\?b$/);
      const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
      expect((await insecureFetch(`${front.url}/metrics`, { headers })).status).toBe(404);
    });

    test.runIf(external !== undefined)(
      'the address of a client arrives, whatever address it claims',
      async () => {
        const front = await run([server.port]);
        const path = `/no-socket-of-${door.name}`;
        const options = {
          servername: 'localhost',
          rejectUnauthorized: false,
          headers: { Host: `localhost:${front.port}`, 'X-Forwarded-For': '203.0.113.9' },
        };
        const socket = new WebSocket(`wss://${external}:${front.port}${path}`, options);
        socket.on('error', () => {});
        const before = server.output.length;
        const line = () =>
          server.output
            .slice(before)
            .split('\n')
            .find((each) => each.includes('"refusing connection"'));
        await expect.poll(line).toBeDefined();
        expect(JSON.parse(line() as string)).toMatchObject({ address: external, status: 404 });
      },
    );

    test('several servers share the connections; one that stops refuses nobody', async () => {
      const secret = { AUTH_SECRET: 's'.repeat(32), TRUST_PROXY: '1' };
      const nodes = await Promise.all(
        Array.from({ length: 3 }, () =>
          RunningServer.start({ ...secret, DRAIN_DELAY_SECONDS: '6', METRICS_TOKEN }),
        ),
      );
      const front = await run(nodes.map(({ port }) => port));
      await expect
        .poll(async () => (await insecureFetch(`${front.url}/readyz`)).status, { timeout: 10_000 })
        .toBe(200);
      const connect = async (): Promise<WebSocket> => {
        const socket = new WebSocket(`${front.socketUrl}${SYNC_PATH}`, SUBPROTOCOL_BINARY, {
          rejectUnauthorized: false,
        });
        onTestFinished(() => socket.terminate());
        // The server ends a socket without hello after five seconds.
        socket.on('error', () => {});
        await once(socket, 'open');
        return socket;
      };
      // Caddy chooses at random among those with the fewest.
      const sockets = await Promise.all(Array.from({ length: 12 }, connect));
      const counts = await Promise.all(nodes.map(countConnections));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sockets.length);
      for (const count of counts) expect(count).toBeGreaterThanOrEqual(2);

      const [leaving, ...staying] = nodes as [RunningServer, ...RunningServer[]];
      const stopped = leaving.kill('SIGTERM');
      while (leaving.alive) {
        await connect();
        expect((await insecureFetch(`${front.url}/healthz`)).status).toBe(200);
        await sleep(100);
      }
      await stopped;
      for (let i = 0; i < 6; i++) {
        await connect();
        expect((await insecureFetch(`${front.url}/readyz`)).status).toBe(200);
      }
      expect(staying.every(({ alive }) => alive)).toBe(true);
    });
  });
}

async function countConnections({ url }: RunningServer): Promise<number> {
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const counts = [...text.matchAll(/^tandem_connections\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

test('an idle connection survives timeouts that are only a little longer than the ping', async () => {
  const opened = await Promise.all(
    installed.map(async ({ door, program }) => {
      const change = (text: string) => text.replaceAll('75s', SHORT_TIMEOUT);
      const front = await runFrontDoor(door, { program, nodes: [server.port], change });
      await expect
        .poll(async () => (await insecureFetch(`${front.url}/healthz`)).status, { timeout: 10_000 })
        .toBe(200);
      const guest = await signInThrough(front);
      return {
        socket: await openSocket(front, guest),
        stream: await openStream(front, guest),
      };
    }),
  );
  const answer = setInterval(() => {
    // As every client does: answers pings, and says nothing else.
    for (const { socket, stream } of opened)
      for (const client of [socket, stream]) {
        const at = client.received.findIndex(({ type }) => type === 'ping');
        if (at < 0) continue;
        const [ping] = client.received.splice(at, 1);
        if (ping?.type === 'ping')
          void client.send({ type: 'pong', channel: 0, nonce: ping.nonce });
      }
  }, 100);
  await sleep(IDLE_MS);
  clearInterval(answer);
  for (const { socket, stream } of opened) {
    expect(await roundTripMs(socket, 7)).toBeLessThan(PROMPT_MS);
    expect(await roundTripMs(stream, 8)).toBeLessThan(PROMPT_MS);
  }
});
