/** A server moves from its data directory to Postgres, and back. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Client } from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import {
  MANY_ROWS,
  runCommandProcess,
  withoutTimelines,
  type CommandOptions,
} from '../command-process.ts';
import { createData } from '../data-document.ts';
import { Device } from '../device.ts';
import { chat, command, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer, temporaryFolder } from '../running-server.ts';
import { signIn } from '../signed-in.ts';

const migrate = (from: string, to: string, options: CommandOptions = {}) =>
  runCommandProcess('migrate', ['--from', from, '--to', to], options);

/** A check waits for two seconds. */
const POLL = { interval: 20, timeout: 20_000 };

const newUrl = () => createDatabase(inject('postgres'));

/** A server of its own data directory, whatever database the other tests use. */
const startOnFolder = (dataDir: string) =>
  RunningServer.start({ DATA_DIR: dataDir, DATABASE_URL: '' });

async function run(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
}

async function contents(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  // Not the lock, nor the index of the log, which each process that reads it makes for itself.
  const kept = files.map(({ name }) => name).filter((name) => !/-shm$|lock/.test(name));
  return await Promise.all(
    kept.map(async (name) => [
      name,
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** A page with a title, a role and chat, and a document in which two people write. */
async function fill(server: RunningServer) {
  const [ann, bob] = [await signIn(server), await signIn(server)];
  const page = newDocument();
  await ann.fetch('/api/documents', { method: 'POST', body: { id: page } });
  const [owner, other] = [
    await NativeClient.onAuthenticated(server, { guest: ann }),
    await NativeClient.onAuthenticated(server, { guest: bob }),
  ];
  await other.open(page);
  const sent = chat(page, 'first');
  await runCommand(
    owner,
    command({ name: 'document:rename', input: { document: page, title: 'Tides' } }),
  );
  await runCommand(owner, sent);
  await react(owner, { page, message: sent.id });
  // The visit is written a moment after the opening.
  await expect.poll(async () => await (await bob.fetch('/api/documents')).text()).toContain(page);
  const asEditor = { document: page, user: bob.user.id, role: 'editor' } as const;
  await runCommand(owner, command({ name: 'member:change', input: asEditor }));
  const data = await createData(server);
  const devices = [new Device(data, ann), new Device(data, bob)] as const;
  onTestFinished(() => devices.forEach((device) => device.disconnect()));
  for (const device of devices) await device.connect(server);
  devices[0].write('ann. ');
  await devices[0].saved();
  devices[1].write('bob. ');
  await devices[1].saved();
  await eventually('both have it', () => devices[0].text === devices[1].text);
  const chatName = `chat:${page}` as const;
  const { epoch, offset } = await subscribe(owner, chatName);
  return { ann, bob, page, chatName, sent, devices, position: { epoch, offset } };
}

/** What people expect of a server that has moved. */
async function expectToContinue(
  server: RunningServer,
  filled: Awaited<ReturnType<typeof fill>>,
  word: string,
): Promise<void> {
  const { ann, bob, page, chatName, sent, position } = filled;
  const [one, two] = filled.devices;
  two.write(`offline, ${word}. `);
  await one.connect(server);
  expect(one.text).toBe(two.text.replace(`offline, ${word}. `, ''));
  await two.connect(server);
  one.write(`online, ${word}. `);
  await Promise.all([one.saved(), two.saved()]);
  await eventually('both have it', () => one.text === two.text);
  for (const each of ['ann. ', 'bob. ', `offline, ${word}. `, `online, ${word}. `])
    expect(one.text.split(each), each).toHaveLength(2);
  expect([one, two].flatMap(({ refusals }) => refusals)).toEqual([]);

  const found = await fetch(`${server.url}/api/documents/${page}`, {
    headers: { Cookie: ann.cookie },
  });
  expect(await found.text()).toContain('Tides');
  // The token was signed by the old server.
  const owner = await NativeClient.onAuthenticated(server, { guest: ann });
  const other = await NativeClient.onAuthenticated(server, { guest: bob });
  expect(await runCommand(owner, sent)).toMatchObject({ id: sent.id });
  const past = await subscribe(owner, chatName, position);
  expect(past).toMatchObject({ recovered: false });
  expect(past.epoch).not.toBe(position.epoch);
  const next = chat(page, word);
  await runCommand(other, next);
  await react(owner, { page, message: next.id, emoji: '🌊' });
  const now = await subscribe(other, chatName);
  const messages = now.state?.type === 'chat' ? now.state.messages : [];
  expect(messages.map(({ text }) => text)).toEqual([
    'first',
    ...(word === 'back' ? ['moved'] : []),
    word,
  ]);
  expect(messages[0]?.reactions).toMatchObject([{ emoji: '👍' }]);
  const rename = command({ name: 'document:rename', input: { document: page, title: 'Tides' } });
  expect(await runCommand(other, rename)).toMatchObject({ id: rename.id });
  for (const device of filled.devices) device.disconnect();
}

async function react(
  client: NativeClient,
  { page, message, emoji = '👍' }: { page: string; message: string; emoji?: string },
): Promise<void> {
  const input = { document: page, message, emoji, on: true };
  await runCommand(client, command({ name: 'chat:react', input }));
}

test('a server moves to Postgres and back, with everything, and its clients continue', async () => {
  const server = await startOnFolder(await temporaryFolder());
  const filled = await fill(server);
  const { dataDir } = server;
  await server.kill('SIGKILL');
  const before = await contents(dataDir);
  const url = await newUrl();
  const moved = await migrate(dataDir, url);
  expect(moved).toMatchObject({ code: 0 });
  expect(await contents(dataDir)).toEqual(before);
  expect(moved.errors).toMatch(/copying update: \d+ rows/);

  const back = await temporaryFolder();
  const returned = await migrate(url, back);
  expect(returned.code, returned.errors).toBe(0);
  expect(withoutTimelines(returned)).toEqual(withoutTimelines(moved));
  expect(await readFile(join(back, 'secret'))).toEqual(await readFile(join(dataDir, 'secret')));
  expect((await stat(join(back, 'secret'))).mode & 0o777).toBe(0o600);

  const onPostgres = await RunningServer.start({ DATABASE_URL: url });
  await expectToContinue(onPostgres, filled, 'moved');
  await onPostgres.kill('SIGTERM');

  const last = await temporaryFolder();
  expect(await migrate(url, last)).toMatchObject({ code: 0 });
  const again = await startOnFolder(last);
  expect(again.output).not.toContain('database restored');
  await expectToContinue(again, filled, 'back');
});

test(
  'a migration that is killed half way, and repeated, gives the same',
  { timeout: 120_000 },
  async () => {
    const dataDir = await emptyDataDir();
    await addRows(dataDir);
    const [url, untouched] = [await newUrl(), await newUrl()];
    const whole = await migrate(dataDir, untouched);
    expect(whole.code, whole.errors).toBe(0);
    for (const killAt of ['copying update', 'comparing event']) {
      expect(await migrate(dataDir, url, { killAt })).toMatchObject({ signal: 'SIGKILL' });
      expect(await run(url, "select 1 from pg_class where relname = 'journal'")).toEqual([]);
    }
    const repeated = await migrate(dataDir, url);
    expect(repeated).toMatchObject({ code: 0, tables: whole.tables });

    const back = await temporaryFolder();
    for (const killAt of ['copying update', 'comparing event']) {
      expect(await migrate(url, back, { killAt })).toMatchObject({ signal: 'SIGKILL' });
      expect(await readdir(back)).not.toContain('tandem.db');
    }
    const returned = await migrate(url, back);
    expect(returned.code, returned.errors).toBe(0);
    expect(withoutTimelines(returned)).toEqual(withoutTimelines(whole));
    expect((await readdir(back)).toSorted()).toEqual(['secret', 'tandem.db', 'tandem.lock']);
  },
);

test('a source that a server uses, and a target that is not empty, are refused', async () => {
  const running = await startOnFolder(await temporaryFolder());
  const url = await newUrl();
  const inUse = await migrate(running.dataDir, url);
  expect(inUse).toMatchObject({ code: 1 });
  expect(inUse.errors).toContain(`in use by another server: process ${running.pid}`);
  await signIn(running);
  await running.kill('SIGTERM');

  const node = await RunningServer.start({ DATABASE_URL: url });
  const folder = await temporaryFolder();
  for (const [from, to] of [
    [url, folder],
    [running.dataDir, url],
  ] as const)
    expect((await migrate(from, to)).errors).toMatch(
      /A server uses the Postgres database \(tandem /,
    );
  await node.kill('SIGTERM');

  // A server that was only started has stored nothing.
  expect(await migrate(running.dataDir, url)).toMatchObject({ code: 0 });
  expect((await migrate(running.dataDir, url)).errors).toContain(
    'The Postgres database is not empty: "user" has rows. Nothing was changed.',
  );
  expect((await migrate(url, running.dataDir)).errors).toContain(
    'is not empty: it holds tandem.db. Nothing was changed.',
  );
  await writeFile(join(folder, 'secret'), 'x'.repeat(43));
  expect((await migrate(url, folder)).errors).toContain('is the secret of another database.');
  expect(await readdir(folder)).not.toContain('tandem.db');
});

test('what a server writes that is just ending is moved, too', async () => {
  const url = await newUrl();
  expect(await migrate(await emptyDataDir(), url)).toMatchObject({ code: 0 });
  const server = new Client({ connectionString: url, application_name: 'tandem ending' });
  await server.connect();
  const moving = migrate(url, await temporaryFolder());
  const waits = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
  await expect.poll(async () => (await server.query(waits)).rowCount, POLL).toBe(1);
  await server.query(`insert into reaction values (1, 'd', 'm', '🌊', 0, 'ann')`);
  await server.end();
  const moved = await moving;
  expect(moved.code, moved.errors).toBe(0);
  expect(moved.tables.get('reaction')).toMatch(/^1 /);
});

test('the secret stays where the operator has set one', async () => {
  const dataDir = await emptyDataDir();
  const url = await newUrl();
  const environment = { AUTH_SECRET: 's'.repeat(32) };
  expect(await migrate(dataDir, url, { environment })).toMatchObject({ code: 0 });
  const [row] = await run(url, 'select secret from cluster');
  expect(row?.['secret']).not.toBe(await readFile(join(dataDir, 'secret'), 'utf8'));
  const back = await temporaryFolder();
  expect(await migrate(url, back, { environment })).toMatchObject({ code: 0 });
  expect(await readdir(back)).not.toContain('secret');
});

test.each([
  [[], 'Usage: migrate --from'],
  [['--from', 'a', '--to', 'b'], 'One of --from and --to must be a data directory'],
  [['--from', 'postgres://u:geheim@', '--to', 'b'], '--from must be an address such as'],
  [['--form', 'a'], "Unknown option '--form'"],
])('%j is answered with a sentence', async (parameters, sentence) => {
  const ended = await runCommandProcess('migrate', parameters);
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.errors).toContain(sentence);
  expect(ended.errors).not.toContain('geheim');
});

async function emptyDataDir(): Promise<string> {
  const server = await startOnFolder(await temporaryFolder());
  await server.kill('SIGTERM');
  return server.dataDir;
}

async function addRows(dataDir: string): Promise<void> {
  const sqlite = new DatabaseSync(join(dataDir, 'tandem.db'));
  sqlite.exec(MANY_ROWS);
  sqlite.close();
}
