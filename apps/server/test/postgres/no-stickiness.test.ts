/** HTTP transports behind a balancer that sends each request to another node. */
import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { RedisServer } from '../bus/redis-server.ts';
import { chat, newDocument } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { RunningServer } from '../running-server.ts';
import { atEndOfFile } from '../shared.ts';
import { signIn } from '../signed-in.ts';
import { TransportClient, WAYS, wordsOf } from '../transport-client.ts';
import { RoundRobin } from './round-robin.ts';

const atEnd = atEndOfFile();

async function startNodes(environment: Record<string, string>): Promise<RunningServer[]> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  return await Promise.all(
    [1, 2].map(() => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1', ...environment })),
  );
}

const overHttp = WAYS.filter(({ transport }) => transport !== 'websocket');

async function talk(nodes: readonly RunningServer[], isFast: boolean): Promise<void> {
  const balancer = await RoundRobin.start(nodes);
  const through = balancer as unknown as RunningServer;
  for (const way of overHttp) {
    const [ada, bob] = [await signIn(through), await signIn(through)];
    const document = newDocument();
    await ada.fetch('/api/documents', { method: 'POST', body: { id: document } });
    const a = await TransportClient.authenticated(through, way, ada);
    const b = await TransportClient.authenticated(through, way, bob);
    await a.read(document, 1);
    for (const client of [a, b]) {
      const ref = client.nextRef();
      await client.send({ type: 'subscribe', channel: 0, ref, name: `chat:${document}` });
      await client.next('subscribed', (message) => message.ref === ref);
    }
    const count = isFast ? 8 : 2;
    for (let i = 0; i < count; i++) await a.send(chat(document, `${i} ${wordsOf(way)}`));
    await eventually(
      `all messages over ${wordsOf(way)}`,
      () =>
        b.received.flatMap((message) => (message.type === 'events' ? message.events : []))
          .length === count,
      30_000,
    );
    expect([a.end, b.end]).toEqual([null, null]);
  }
  expect(balancer.requests).toBeGreaterThan(40);
}

test('over Redis, any node takes any request', async () => {
  const redis = await RedisServer.start(atEnd);
  const nodes = await startNodes({ REDIS_URL: redis.url });
  await eventually(
    'both are connected',
    () => nodes.every(({ output }) => output.includes('connected to other nodes through Redis')),
    20_000,
  );
  await talk(nodes, true);
});

test('over Postgres alone, too', async () => {
  await talk(await startNodes({}), false);
}, 120_000);

test('a connection of a node that is not there is over at once', async () => {
  const [node] = (await startNodes({})) as [RunningServer, RunningServer];
  const guest = await signIn(node);
  const name = randomBytes(16).toString('base64url');
  const answer = await fetch(`${node.url}/sync/poll`, {
    method: 'POST',
    headers: {
      'Tandem-Transport': `another-node.${name}`,
      Cookie: guest.cookie,
      Origin: node.url,
    },
  });
  expect(answer.status).toBe(404);
});
