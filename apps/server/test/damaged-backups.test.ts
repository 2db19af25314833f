/** Backups that are damaged, tampered with or made to do harm: BK5 and BK6 of storage/backup. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../src/storage/backup/manifest.ts';
import { tryLockFolder } from '../src/storage/folder-lock.ts';
import { SqliteTransferSource } from '../src/storage/sqlite/sqlite-transfer.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { TRANSFER_TABLES } from '../src/storage/transfer/transfer-tables.ts';
import { summarize } from '../src/storage/transfer/transfer.ts';
import { backUp, fill, newBackup, newPlace, restore, verify } from './backup-fixture.ts';
import { runCommandProcess } from './command-process.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { atEndOfFile } from './shared.ts';

const atEnd = atEndOfFile();
let original: string;
let key: string;

beforeAll(async () => {
  original = join(await temporaryFolder(atEnd), 'backup');
});

test('a backup is made', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  await fill(server);
  const made = await backUp(source, original);
  expect(made.code, made.errors).toBe(0);
  const folders = await readdir(join(original, 'files'));
  const folder = folders.find((name) => name !== 'incoming') as string;
  [key = ''] = await readdir(join(original, 'files', folder));
  expect(await verify(original)).toMatchObject({ code: 0 });
});

const database = (backup: string) => join(backup, 'tandem.db');
const fileIn = (backup: string) => join(backup, 'files', key.slice(0, 2), key);

async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}

async function editManifest(backup: string, edit: (manifest: Manifest) => void): Promise<void> {
  const path = join(backup, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

const statement = (backup: string, sql: string): void => {
  const sqlite = new DatabaseSync(database(backup));
  sqlite.exec(sql);
  sqlite.close();
};

/** Makes the manifest agree with what the database has become. */
async function sign(backup: string): Promise<void> {
  for (const end of ['-wal', '-shm']) await rm(database(backup) + end, { force: true });
  const bytes = await readFile(database(backup));
  const tables: Manifest['tables'] = [];
  {
    const options = { clock: systemClock, usedBy: 'nobody' } as const;
    using source = SqliteTransferSource.open(database(backup), options);
    for (const table of TRANSFER_TABLES)
      tables.push({ table: table.name, ...(await summarize(table, source, async () => {})) });
  }
  await editManifest(backup, (manifest) => {
    manifest.tables = tables;
    manifest.database = {
      bytes: bytes.byteLength,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
  });
}

const DAMAGES: readonly (readonly [
  what: string,
  damage: (backup: string) => Promise<void> | void,
  sentence: RegExp,
])[] = [
  [
    'without a manifest',
    (backup) => rm(join(backup, 'manifest.json')),
    /is not a backup, or one that did not come to its end: it holds no manifest\.json/,
  ],
  [
    'whose manifest is a link',
    async (backup) => {
      await rename(join(backup, 'manifest.json'), join(backup, 'other.json'));
      await symlink('other.json', join(backup, 'manifest.json'));
    },
    /it holds no manifest\.json/,
  ],
  [
    'with half a manifest',
    (backup) => truncate(join(backup, 'manifest.json'), 700),
    /manifest\.json is damaged, or is not of a backup of Tandem: it is not JSON/,
  ],
  [
    'with a manifest that lacks something',
    (backup) => editManifest(backup, (manifest) => delete (manifest as Partial<Manifest>).tables),
    /manifest\.json is damaged.*"tables"/,
  ],
  [
    'of a later format',
    (backup) => editManifest(backup, (manifest) => Object.assign(manifest, { format: 2 })),
    /has a format that this version does not know/,
  ],
  [
    'of a newer version',
    (backup) => editManifest(backup, ({ schema }) => schema.push('0999-later')),
    /is of a newer version of Tandem, .*0999-later/,
  ],
  ['without its database', (backup) => rm(database(backup)), /is damaged: .*tandem\.db is missing/],
  [
    'with half a database',
    (backup) => truncate(database(backup), 65_536),
    /tandem\.db has 65536 bytes, and had \d+ when/,
  ],
  [
    'with another bit in its database',
    (backup) => flipByte(database(backup), 70_000),
    /tandem\.db has other bytes than when the backup was made/,
  ],
  [
    'whose database has a log beside it',
    async (backup) => {
      const copy = join(await temporaryFolder(), 'tandem.db');
      await cp(database(backup), copy);
      const sqlite = new DatabaseSync(copy);
      sqlite.exec(`PRAGMA wal_autocheckpoint = 0; update "user" set name = 'Eve'`);
      await cp(`${copy}-wal`, `${database(backup)}-wal`);
      sqlite.close();
    },
    /its table "user" has other rows than when the backup was made/,
  ],
  [
    'whose rows were changed and signed but for their hashes',
    async (backup) => {
      const { tables } = JSON.parse(
        await readFile(join(backup, 'manifest.json'), 'utf8'),
      ) as Manifest;
      statement(backup, `update document set title = 'Ebb' where title = 'Tides'`);
      await sign(backup);
      await editManifest(backup, (manifest) => (manifest.tables = tables));
    },
    /its table "document" has other rows/,
  ],
  [
    'with another secret',
    (backup) => writeFile(join(backup, 'secret'), 's'.repeat(43)),
    /secret is not the secret that was backed up/,
  ],
  ['without its secret', (backup) => rm(join(backup, 'secret')), /secret is missing/],
  ['without a file', (backup) => rm(fileIn(backup)), /the file [0-9a-f]{32} is missing/],
  [
    'with another bit in a file',
    (backup) => flipByte(fileIn(backup), 99_999),
    /the file [0-9a-f]{32} is not as it was/,
  ],
  [
    'with half a file',
    (backup) => truncate(fileIn(backup), 50_000),
    /the file [0-9a-f]{32} is not as it was/,
  ],
  [
    'with a link to another file',
    async (backup) => {
      await rm(fileIn(backup));
      await symlink('/etc/passwd', fileIn(backup));
    },
    /the file [0-9a-f]{32} is not as it was/,
  ],
  [
    'with a pipe that never ends',
    async (backup) => {
      await rm(fileIn(backup));
      execFileSync('sh', ['-c', 'mkfifo "$0"', fileIn(backup)]);
    },
    /the file [0-9a-f]{32} is missing/,
  ],
  ...['../../../outside', '/tmp/outside', 'ab/../../outside', 'AB'.padEnd(32, '0')].map(
    (hostile) =>
      [
        `that names the file "${hostile}"`,
        async (backup: string) => {
          await cp(fileIn(backup), join(backup, 'files', 'outside'));
          statement(backup, `update file set key = '${hostile}' where state = 'stored'`);
          await sign(backup);
        },
        /A row of the table "file" names no file\. The database is damaged\./,
      ] as const,
  ),
  [
    'whose lost files are paths',
    (backup) => editManifest(backup, ({ files }) => files?.lost.push('../../etc/passwd')),
    /manifest\.json is damaged.*"files\.lost\.0"/,
  ],
  [
    'whose database is a text',
    async (backup) => {
      await writeFile(database(backup), 'no database at all'.repeat(100));
      await editManifest(backup, (manifest) => {
        const bytes = 'no database at all'.repeat(100);
        manifest.database = {
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        };
      });
    },
    /The database file is damaged or is not a SQLite database/,
  ],
];

test.each(DAMAGES)('BK5 BK6 a backup %s is refused', async (_, damage, sentence) => {
  const backup = join(await temporaryFolder(), 'around', 'backup');
  await mkdir(dirname(backup));
  await cp(original, backup, { recursive: true });
  await damage(backup);
  const target = await newPlace();
  const [checked, refused] = [await verify(backup), await restore(backup, target)];
  expect(checked.code, checked.output).toBe(1);
  expect(checked.output + checked.errors).toMatch(sentence);
  expect(checked.output).not.toContain('The backup is whole');
  expect(refused).toMatchObject({ code: 1, output: '' });
  expect(refused.errors).toMatch(sentence);
  expect(refused.errors).not.toMatch(/^ {4}at /m);
  // Nothing but an empty folder, and files that were right.
  const left = await readdir(target.to, { recursive: true });
  expect(left.filter((name) => !/^(files|tandem\.lock)/.test(name))).toEqual([]);
  expect(await readdir(join(backup, '..'))).toEqual(['backup']);
  await expect(stat('/tmp/outside')).rejects.toThrow('ENOENT');
});

test('BK6 files that were right before a damaged one stay, and the rest can be restored without files', async () => {
  const backup = join(await temporaryFolder(), 'backup');
  await cp(original, backup, { recursive: true });
  await rm(fileIn(backup));
  const target = await newPlace();
  expect((await restore(backup, target)).errors).toContain('add --without-files');
  const rest = await runCommandProcess(
    'restore',
    ['--from', backup, '--to', target.to, '--without-files'],
    { environment: target.environment },
  );
  expect(rest).toMatchObject({ code: 0 });
  expect(rest.output).toContain('Uploaded files were left out.');
});

test('BK3 what is not of a backup is not deleted, nor what another one writes', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  const backup = await newBackup();
  await mkdir(`${backup}.unfinished`, { recursive: true });
  await writeFile(join(`${backup}.unfinished`, 'diary.txt'), 'mine');
  const refused = await backUp(source, backup);
  expect(refused.errors).toContain('holds "diary.txt", which no backup has written.');
  expect(await readdir(`${backup}.unfinished`)).toEqual(['diary.txt']);

  const other = await newBackup();
  const elsewhere = await temporaryFolder();
  await writeFile(join(elsewhere, 'secret'), 'mine');
  await mkdir(dirname(other));
  await symlink(elsewhere, `${other}.unfinished`);
  expect((await backUp(source, other)).errors).toContain('is no folder');
  expect(await readdir(elsewhere)).toEqual(['secret']);

  const third = await newBackup();
  await mkdir(`${third}.unfinished`, { recursive: true });
  const lock = tryLockFolder(`${third}.unfinished`);
  expect((await backUp(source, third)).errors).toContain('Another backup writes to');
  lock?.release();
  expect(await backUp(source, third)).toMatchObject({ code: 0 });
  await server.kill('SIGTERM');
});

test.each([
  ['backup', [], {}, 'Usage: backup --to'],
  ['backup', ['--to'], {}, "Option '--to <value>' argument missing"],
  ['backup', ['--to', '/tmp/tandem-no-backup'], { DATA_DIR: '/nowhere' }, 'holds no database'],
  ['backup', ['--to', '/dev/null/x'], { DATA_DIR: '/nowhere' }, '/dev/null'],
  ['backup', ['--to', '/tmp'], {}, 'exists already'],
  ['restore', ['--to', '/tmp/tandem-no-backup'], {}, 'Usage: restore --from'],
  ['restore', ['--from', '/tmp/tandem-no-backup'], {}, 'Usage: restore --from'],
  ['restore', ['--from', '/nowhere', '--to', '/tmp/tandem-no-backup'], {}, 'is not a backup'],
  [
    'restore',
    ['--from', '/nowhere', '--to', 'postgres://u:geheim@localhost/x'],
    {},
    'Set FILES_URL to where the servers',
  ],
] as const)(
  '%s %j with %j is answered with a sentence',
  async (name, parameters, environment, sentence) => {
    const ended = await runCommandProcess(name, parameters, { environment });
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.errors).toContain(sentence);
    expect(ended.errors).not.toMatch(/geheim|^ {4}at /m);
  },
);

test.each(['backup', 'restore', 'migrate'] as const)('%s --help explains itself', async (name) => {
  const ended = await runCommandProcess(name, ['--help']);
  expect(ended).toMatchObject({ code: 0, errors: '' });
  expect(ended.output).toContain(`Usage: ${name} `);
});
