/** A folder serves one server, and a database is never combined with the log of another. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFile,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, onTestFinished, test } from 'vitest';
import { DatabaseSync } from '@photostructure/sqlite';
import { newDocument } from './event-client.ts';
import { RunningServer, runToEnd, temporaryFolder } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const run = promisify(execFile);
const digest = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

async function makeDocuments(guest: SignedIn, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const answer = await guest.fetch('/api/documents', {
      method: 'POST',
      body: { id: newDocument(), title: `Document ${i}` },
    });
    expect(answer.status).toBe(200);
  }
}

async function countDocuments(server: RunningServer, { cookie }: SignedIn): Promise<number> {
  const answer = await fetch(`${server.url}/api/documents`, { headers: { Cookie: cookie } });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { documents: unknown[] }).documents.length;
}

test('a second server on the folder refuses to start and names the first; kill -9 of that one frees it', async () => {
  const first = await RunningServer.start();
  const { dataDir } = first;
  const { code, output } = await runToEnd({ DATA_DIR: dataDir });
  expect(code).toBe(1);
  expect(output).toMatch(
    new RegExp(
      `DATA_DIR "${dataDir}" is in use by another server: process ${first.pid} on \\S+, running since 20\\d\\d-.*Z\\. Stop that server, or set DATA_DIR to another folder\\.`,
    ),
  );
  expect(output).not.toMatch(/^\s+at /m);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  await first.kill('SIGKILL');
  const second = await first.restart();
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
});

test('of two servers that start at the same moment one refuses', async () => {
  const dataDir = await temporaryFolder();
  const starts = await Promise.allSettled([
    RunningServer.start({ DATA_DIR: dataDir }),
    RunningServer.start({ DATA_DIR: dataDir }),
  ]);
  expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('a process that has the id of the last holder by chance does not keep a server out', async () => {
  const dataDir = await temporaryFolder();
  const state = { pid: process.pid, host: 'here', since: new Date().toISOString() };
  await writeFile(join(dataDir, 'tandem.state.json'), JSON.stringify(state));
  await writeFile(join(dataDir, 'tandem.lock'), '');
  await RunningServer.start({ DATA_DIR: dataDir });
});

const RESTORES: readonly {
  readonly title: string;
  readonly backUp: string | null;
  readonly restore: (backup: string, dataDir: string) => Promise<void>;
}[] = [
  { title: 'made by VACUUM INTO, copied', backUp: 'VACUUM INTO', restore: copyOver },
  { title: 'copied as a file, moved', backUp: null, restore: moveOver },
  { title: 'copied as a file, copied with its time', backUp: null, restore: copyOlder },
  { title: 'copied as a file, copied later', backUp: null, restore: copyLater },
];

test.each(RESTORES)(
  'a backup $title over the database beside the old log is refused, and nothing is changed',
  async ({ backUp, restore }) => {
    const server = await RunningServer.start();
    const { dataDir } = server;
    const path = join(dataDir, 'tandem.db');
    const guest = await signIn(server);
    await makeDocuments(guest, 5);
    const kept = await countDocuments(server, guest);
    await server.kill('SIGTERM');
    const backup = join(dataDir, 'backup.db');
    if (backUp === null) await copyFile(path, backup);
    else vacuumInto(path, backup);
    const again = await server.restart();
    await makeDocuments(guest, 10);
    await again.kill('SIGKILL');
    await restore(backup, dataDir);
    const before = [await digest(path), await digest(`${path}-wal`)];
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, output } = await runToEnd({ DATA_DIR: dataDir });
      expect([code, output]).toEqual([
        1,
        expect.stringContaining('does not fit the write-ahead log beside it, or is damaged'),
      ]);
      expect(output).toContain(
        'If you put a backup in its place, move tandem.db-wal and tandem.db-shm to another folder and start again.',
      );
      expect(output).not.toMatch(/^\s+at /m);
      expect([await digest(path), await digest(`${path}-wal`)]).toEqual(before);
    }
    await mkdir(join(dataDir, 'old'));
    for (const end of ['-wal', '-shm'])
      await rename(path + end, join(dataDir, 'old', `log${end}`)).catch(() => {});
    const restored = await server.restart();
    expect(await countDocuments(restored, guest)).toBe(kept);
  },
);

test('a log whose file was moved with it to another folder is used', async () => {
  const server = await RunningServer.start();
  const guest = await signIn(server);
  await makeDocuments(guest, 5);
  const kept = await countDocuments(server, guest);
  await server.kill('SIGKILL');
  const moved = join(await temporaryFolder(), 'moved');
  await cp(server.dataDir, moved, { recursive: true });
  const there = await RunningServer.start({ DATA_DIR: moved });
  expect(await countDocuments(there, guest)).toBe(kept);
});

test('a log without its database is refused', async () => {
  const server = await RunningServer.start();
  await signIn(server);
  await server.kill('SIGKILL');
  await rm(join(server.dataDir, 'tandem.db'));
  const { code, output } = await runToEnd({ DATA_DIR: server.dataDir });
  expect([code, output]).toEqual([
    1,
    expect.stringContaining('the database file is missing or empty'),
  ]);
});

test('checks after kill -9, and not after a clean stop', async () => {
  const first = await RunningServer.start();
  await signIn(first);
  await first.kill('SIGKILL');
  const second = await first.restart();
  expect(second.output).toContain('database checked');
  await second.kill('SIGTERM');
  const third = await second.restart();
  expect(third.output).not.toContain('checking the database');
});

test('a damaged copy that was put in place after a clean stop is found at start', async () => {
  const server = await RunningServer.start();
  const guest = await signIn(server);
  await makeDocuments(guest, 30);
  await server.kill('SIGTERM');
  const path = join(server.dataDir, 'tandem.db');
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0x55, 3 * 4096, 9 * 4096));
  const { code, output } = await runToEnd({ DATA_DIR: server.dataDir });
  expect([code, output]).toEqual([1, expect.stringContaining('The database file is damaged')]);
  expect(await readFile(path)).toEqual(bytes);
});

test('the commands of the page on backup and restore do what it says', async () => {
  const page = await readFile(new URL('../../docs/operate/backup.md', import.meta.url), 'utf8');
  const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block as string);
  expect(commands).toHaveLength(4);
  const [variables, backUpCommands, restoreCommand, byHand] = commands as [
    string,
    string,
    string,
    string,
  ];
  const server = await RunningServer.start();
  const { dataDir } = server;
  const environment = { DATA_DIR: dataDir, BACKUP: join(await temporaryFolder(), 'backup') };
  const shell = async (script: string): Promise<string> => {
    const env = { ...process.env, ...environment };
    const here = script.replaceAll('apps/server/dist', inject('bundle'));
    return (await run('sh', ['-euc', variables + here], { env })).stdout;
  };
  const guest = await signIn(server);
  await makeDocuments(guest, 5);
  const kept = await countDocuments(server, guest);
  expect(await shell(backUpCommands)).toContain('The backup is whole');
  await makeDocuments(guest, 20);
  await server.kill('SIGKILL');
  expect(await shell(restoreCommand)).toContain('is restored');
  onTestFinished(() => rm(`${dataDir}.new`, { recursive: true, force: true }));
  const restored = await RunningServer.start({ DATA_DIR: `${dataDir}.new` });
  expect(await countDocuments(restored, guest)).toBe(kept);
  await shell(byHand);
  const again = await server.restart();
  expect(again.output).toContain('database restored');
  expect(await countDocuments(again, guest)).toBe(kept);
});

function vacuumInto(path: string, target: string): void {
  const sqlite = new DatabaseSync(path, { readOnly: true });
  sqlite.exec(`VACUUM INTO '${target}'`);
  sqlite.close();
}

async function copyOver(backup: string, dataDir: string): Promise<void> {
  await copyFile(backup, join(dataDir, 'tandem.db'));
}

async function moveOver(backup: string, dataDir: string): Promise<void> {
  await rename(backup, join(dataDir, 'tandem.db'));
}

async function copyOlder(backup: string, dataDir: string): Promise<void> {
  await copyOver(backup, dataDir);
  const { mtime } = await stat(backup);
  await utimes(join(dataDir, 'tandem.db'), mtime, new Date(mtime.getTime() - 60_000));
}

/** Simulates a server that ended a minute ago. */
async function copyLater(backup: string, dataDir: string): Promise<void> {
  await copyOver(backup, dataDir);
  const ended = new Date(Date.now() - 60_000);
  await utimes(join(dataDir, 'tandem.state.json'), ended, ended);
}
