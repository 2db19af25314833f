/** The database is replaced by an older copy while clients keep editing. */
import { copyFile, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { PageWritten } from '@tandem/protocol/content';
import { expect, onTestFinished, test } from 'vitest';
import { runCommandProcess } from './command-process.ts';
import { createData } from './data-document.ts';
import { Device } from './device.ts';
import { chat, runCommand, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { createPage } from './file-transfers.ts';
import { signIn } from './signed-in.ts';

const RESTORED = 'database restored';

/** Backs up the database; the result restores it. */
type BackUp = (dataDir: string) => Promise<() => Promise<void>>;

const vacuumInto: BackUp = async (dataDir) => {
  const backup = join(await temporaryFolder(), 'tandem.db');
  const sqlite = new DatabaseSync(join(dataDir, 'tandem.db'), { readOnly: true });
  sqlite.exec(`VACUUM INTO '${backup}'`);
  sqlite.close();
  return async () => {
    await rm(join(dataDir, 'tandem.db-wal'), { force: true });
    await rm(join(dataDir, 'tandem.db-shm'), { force: true });
    // Overwrites the file and keeps its inode.
    await copyFile(backup, join(dataDir, 'tandem.db'));
  };
};

/** Like a file system snapshot, restored into an empty folder. */
const files: BackUp = async (dataDir) => {
  const backup = await temporaryFolder();
  for (const name of await readdir(dataDir))
    if (name.startsWith('tandem.db')) await copyFile(join(dataDir, name), join(backup, name));
  return async () => {
    for (const name of await readdir(dataDir))
      if (name.startsWith('tandem.')) await rm(join(dataDir, name));
    for (const name of await readdir(backup))
      await copyFile(join(backup, name), join(dataDir, name));
  };
};

const folder: BackUp = async (dataDir) => {
  const backup = join(await temporaryFolder(), 'all');
  await cp(dataDir, backup, { recursive: true });
  return async () => {
    for (const name of await readdir(dataDir)) await rm(join(dataDir, name), { recursive: true });
    await cp(backup, dataDir, { recursive: true });
  };
};

/** The operator marks a restore that the server cannot detect, such as a volume rollback. */
const marked: BackUp = async (dataDir) => {
  const backup = await temporaryFolder();
  const names = (await readdir(dataDir)).filter((name) => /^tandem\.(db|state)/.test(name));
  for (const name of names) await copyFile(join(dataDir, name), join(backup, name));
  return async () => {
    for (const name of await readdir(dataDir))
      if (name.startsWith('tandem.db-')) await rm(join(dataDir, name));
    for (const name of names) await copyFile(join(backup, name), join(dataDir, name));
    await writeFile(join(dataDir, 'tandem.restored'), '');
  };
};

/** Put in place by hand, like any other copy. */
const byCommand: BackUp = async (dataDir) => {
  const backup = join(await temporaryFolder(), 'backup');
  const environment = { DATA_DIR: dataDir };
  const made = await runCommandProcess('backup', ['--to', backup], { environment });
  expect(made).toMatchObject({ code: 0 });
  return async () => {
    for (const end of ['-wal', '-shm']) await rm(join(dataDir, `tandem.db${end}`), { force: true });
    await copyFile(join(backup, 'tandem.db'), join(dataDir, 'tandem.db'));
  };
};

test.each<[string, BackUp]>([
  ['made by VACUUM INTO, of the same run', vacuumInto],
  ['of the files alone', files],
  ['made by `tandem backup`', byCommand],
  ['of the whole folder', folder],
  ['that cannot be detected, and is marked', marked],
])(
  'RS1-RS6 after a backup %s was restored, all that two people have is there once, and channels have no gap',
  async (_, backUp) => {
    const server = await RunningServer.start();
    const [ann, bob] = [await signIn(server), await signIn(server)];
    const document = await createData(server);
    const [one, two] = [new Device(document, ann), new Device(document, bob)];
    onTestFinished(() => [one, two].forEach((device) => device.disconnect()));
    await Promise.all([one.connect(server), two.connect(server)]);
    one.write('kept by both. ');
    await one.saved();
    await eventually('both have it', () => two.text === one.text);
    const follower = await NativeClient.onAuthenticated(server, { guest: bob });
    const chatName = `chat:${document}` as const;
    await subscribe(follower, chatName);
    await runCommand(follower, chat(document, 'in the backup'));

    const restore = await backUp(server.dataDir);
    two.write('bob, lost. ');
    await two.saved();
    await eventually('both have it', () => one.text === two.text);
    one.write('ann, lost. ');
    one.erase('kept by ');
    await one.saved();
    await runCommand(follower, chat(document, 'after the backup'));
    const list = await subscribe(follower, 'library');
    const past = await subscribe(follower, chatName);
    // One client has all updates; the other misses the last ones.
    one.write('ann, on the way. ');
    await server.kill('SIGKILL');
    two.disconnect();
    two.write('bob, offline. ');
    await restore();

    const restored = await server.restart();
    expect(restored.output).toContain(RESTORED);
    // Meanwhile the journal grows past their offsets, with delete-only rows too.
    const carol = new Device(document, await signIn(restored));
    await carol.connect(restored);
    expect(carol.text).not.toContain('lost');
    carol.erase('kept');
    for (let i = 0; i < 12; i++) {
      carol.write(`${i} `);
      await carol.saved();
    }
    // Bob returns Ann's work before she reconnects, and she continues under her client id.
    await two.connect(restored);
    await two.saved();
    await one.connect(restored);
    one.write('ann, later. ');
    await Promise.all([one.saved(), two.saved()]);
    await eventually('all agree', () => one.text === two.text && two.text === carol.text);
    const words = [
      'bob, lost. ',
      'ann, lost. ',
      'ann, on the way. ',
      'bob, offline. ',
      'ann, later. ',
    ];
    for (const word of words) expect(one.text.split(word), word).toHaveLength(2);
    expect(one.text).not.toContain('kept');
    expect([one, two, carol].flatMap(({ refusals }) => refusals)).toEqual([]);
    carol.disconnect();

    const again = await NativeClient.onAuthenticated(restored, { guest: bob });
    await runCommand(again, chat(document, 'one'));
    const now = await subscribe(again, chatName, { epoch: past.epoch, offset: past.offset });
    expect(now).toMatchObject({ recovered: false });
    expect(now.epoch).not.toBe(past.epoch);
    expect(texts(now)).toEqual(['in the backup', 'one']);
    const library = { epoch: list.epoch, offset: list.offset };
    expect(await subscribe(again, 'library', library)).toMatchObject({ recovered: false });

    one.disconnect();
    two.disconnect();
    await restored.kill('SIGKILL');
    const third = await restored.restart();
    expect(third.output).not.toContain(RESTORED);
    await one.connect(third);
    expect(one.text).toBe(two.text);
  },
);

test('RS1 neither a crash, nor a clean stop, nor a start that was interrupted is a restore', async () => {
  const first = await RunningServer.start();
  expect(first.output).not.toContain(RESTORED);
  await first.kill('SIGTERM');
  const second = await first.restart();
  expect(second.output).not.toContain(RESTORED);
  await second.kill('SIGKILL');
  const third = await second.restart();
  expect(third.output).not.toContain(RESTORED);
});

function texts({ state }: Awaited<ReturnType<typeof subscribe>>): readonly string[] {
  return state?.type === 'chat' ? state.messages.map(({ text }) => text) : [];
}

test('CT4 a program that has read before a restore takes no words that were written after it', async () => {
  const server = await RunningServer.start();
  const ada = await signIn(server);
  const document = await createPage(ada);
  const send = async (method: 'POST' | 'PUT', text: string, base = '') =>
    await fetch(`${server.url}/api/documents/${document}/markdown${base}`, {
      ...{ method, headers: { Cookie: ada.cookie }, body: text },
    });
  const append = async (text: string) =>
    ((await (await send('POST', text)).json()) as PageWritten).revision;
  await append('Kept.\n');
  const restore = await folder(server.dataDir);
  const base = `?base=${encodeURIComponent(await append('Lost.\n'))}`;
  await server.kill('SIGKILL');
  await restore();
  await server.restart();
  for (const text of ['New.\n', 'Newer.\n', 'Newest.\n']) await append(text);
  expect((await send('PUT', 'Kept.\n\nLost, and found.\n', base)).status).toBe(409);
  const page = await ada.fetch(`/api/documents/${document}/markdown`);
  expect(await page.text()).toBe('Kept.\n\nNew.\n\nNewer.\n\nNewest.\n');
});
