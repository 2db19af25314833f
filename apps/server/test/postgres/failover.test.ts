/** A standby takes over that lacks what was saved last. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { Device } from '../device.ts';
import { chat, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer, temporaryFolder } from '../running-server.ts';
import { signIn } from '../signed-in.ts';
import { createData } from '../data-document.ts';

async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows as Record<string, unknown>[];
}

/** Leads to one of two servers, by their sockets. */
async function startSwitch(folder: string) {
  let target = folder;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(join(target, '.s.PGSQL.5432'));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  const own = await temporaryFolder();
  server.listen(join(own, '.s.PGSQL.5432'));
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    folder: own,
    lead(to: string) {
      target = to;
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('after a failover that lost what was saved, all that two people have is there once, and channels have no gap', async () => {
  const primary = await PostgresServer.start();
  onTestFinished(() => primary[Symbol.asyncDispose]());
  const url = await primary.createDatabase();
  const standby = await primary.startStandby();
  onTestFinished(() => standby[Symbol.asyncDispose]());
  const balancer = await startSwitch(primary.folder);
  const through = (folder: string) =>
    url.replace(encodeURIComponent(primary.folder), encodeURIComponent(folder));
  const server = await RunningServer.start({ DATABASE_URL: through(balancer.folder) });

  const [ann, bob] = [await signIn(server), await signIn(server)];
  const document = await createData(server);
  const page = newDocument();
  await ann.fetch('/api/documents', { method: 'POST', body: { id: page } });
  const [one, two] = [new Device(document, ann), new Device(document, bob)];
  await one.connect(server);
  await two.connect(server);
  one.write('kept by both. ');
  await one.saved();
  const tab = await NativeClient.onAuthenticated(server, { guest: ann });
  const chatName = `chat:${page}` as const;
  const { epoch } = await subscribe(tab, chatName);
  await runCommand(tab, chat(page, 'kept'));
  await tab.next('events');
  const heads = () =>
    run(through(standby.folder), 'select max(number) as head from message').then(([row]) =>
      Number(row?.['head']),
    );
  while ((await heads()) < 1) await sleep(50);
  // From here on, the standby gets nothing.
  await standby.stop();
  one.write('lost by the database. ');
  await one.saved();
  await runCommand(tab, chat(page, 'lost'));
  const { to: offset } = await tab.next('events');
  await eventually('both have it', () => two.text === one.text);

  await primary.stop('SIGQUIT');
  await standby.run();
  await standby.promote();
  balancer.lead(standby.folder);
  await eventually(
    'the server has noticed',
    () => server.output.includes('the database went back'),
    40_000,
  );
  // As clients do, again whenever it is sent away.
  const isUpToDate = async (device: Device) => {
    if (!device.isConnected) await device.connect(server).catch(() => undefined);
    return device.isConnected && device.channel.pending.length === 0;
  };
  one.disconnect();
  two.disconnect();
  one.write('after it. ');
  const haveTheSame = async () => {
    const areUpToDate = (await isUpToDate(one)) && (await isUpToDate(two));
    return areUpToDate && two.text === one.text;
  };
  await expect.poll(haveTheSame, { timeout: 40_000 }).toBe(true);
  for (const part of ['kept by both. ', 'lost by the database. ', 'after it. '])
    expect(one.text.split(part)).toHaveLength(2);
  const subscribedAgain = async () => {
    const again = await NativeClient.onAuthenticated(server, { guest: ann });
    return await subscribe(again, chatName, { epoch, offset });
  };
  const state = await tab
    .next('subscribed', ({ recovered, name }) => !recovered && name === chatName)
    .catch(subscribedAgain);
  expect(state.recovered).toBe(false);
  expect(state.state).toMatchObject({ type: 'chat', head: 1 });
}, 150_000);
