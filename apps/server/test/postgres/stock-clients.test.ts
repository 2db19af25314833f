/** y-websocket and Hocuspocus, as they are published, over two nodes behind a balancer without stickiness. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { RedisServer } from '../bus/redis-server.ts';
import { newDocument } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { packageVersion } from '../package-version.ts';
import { RunningServer } from '../running-server.ts';
import { atEndOfFile } from '../shared.ts';
import { connectHocuspocus, HOCUSPOCUS_PROVIDERS, openHocuspocus } from '../stock-hocuspocus.ts';
import { openYWebsocket, Y_WEBSOCKETS } from '../stock-y-websocket.ts';
import { RoundRobin } from './round-robin.ts';

const atEnd = atEndOfFile();
let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start(atEnd);
});

async function startNodes(): Promise<readonly [RunningServer, RunningServer]> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const environment = { DATABASE_URL, REDIS_URL: redis.url, ENGINE_WORKERS: '1' };
  const nodes = [
    await RunningServer.start(environment),
    await RunningServer.start(environment),
  ] as const;
  await eventually(
    'both are connected',
    () => nodes.every(({ output }) => output.includes('connected to other nodes through Redis')),
    20_000,
  );
  return nodes;
}

const openers = [
  ...Y_WEBSOCKETS.map(([name, Provider]) => {
    const open = (through: RoundRobin, document: string) => {
      const { doc, text, awareness, provider } = openYWebsocket(Provider, through, { document });
      return { doc, text, awareness, isSynced: () => provider.synced };
    };
    return [name, open] as const;
  }),
  ...HOCUSPOCUS_PROVIDERS.map(([name, Provider, Websocket]) => {
    const open = (through: RoundRobin, document: string) => {
      const socket = connectHocuspocus(Websocket, through);
      const { doc, text, provider } = openHocuspocus(Provider, socket, { document });
      const isSynced = () => provider.synced && !provider.hasUnsyncedChanges;
      return { doc, text, awareness: provider.awareness, isSynced };
    };
    return [name, open] as const;
  }),
];

describe.each(openers)('%s', (name, open) => {
  test(`writes over two nodes, and goes on when one is killed, in ${packageVersion(name)}`, async () => {
    const [first, second] = await startNodes();
    const balancer = await RoundRobin.start([first, second]);
    const document = newDocument();
    const a = open(balancer, document);
    await eventually('a is synced', a.isSynced);
    const b = open(balancer, document);
    await eventually('b is synced', b.isSynced);
    expect(balancer.socketsOf(first)).toBe(1);
    expect(balancer.socketsOf(second)).toBe(1);

    for (let i = 0; i < 20; i++) {
      a.text.insert(a.text.length, 'a');
      b.text.insert(0, 'b');
    }
    await eventually(
      'equal',
      () => a.text.length === 40 && a.text.toString() === b.text.toString(),
    );

    a.awareness?.setLocalState({ who: 'a' });
    b.awareness?.setLocalState({ who: 'b' });
    const seenBy = (watcher: typeof a, other: typeof a) =>
      watcher.awareness?.getStates().get(other.doc.clientID)?.['who'] as unknown;
    await eventually('they see each other', () => seenBy(a, b) === 'b' && seenBy(b, a) === 'a');

    await first.kill();
    a.text.insert(0, 'after ');
    b.text.insert(b.text.length, ' the kill');
    await eventually(
      'equal again, on the node that is left',
      () => a.text.length === 55 && a.text.toString() === b.text.toString(),
      20_000,
    );
    await eventually('saved', () => a.isSynced() && b.isSynced());
    const late = open(balancer, document);
    await eventually('a newcomer has it', () => late.text.toString() === a.text.toString());
  });
});
