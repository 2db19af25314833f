/** Backups beside running servers, and what is restored from them: BK1 to BK9, BK11 and BK12 of storage/backup. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  backUp,
  expectFile,
  fill,
  newBackup,
  newPlace,
  restore,
  verify,
  type Place,
} from './backup-fixture.ts';
import { withoutTimelines } from './command-process.ts';
import { Device } from './device.ts';
import { chat, command, runCommand, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { createPage, putFile, storedIn } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { signUp } from './signed-up.ts';

const WHOLE = 'The backup is whole';
const SAME = 'The backup is whole, and the target has the same';

/** Chats as fast as the server answers, until it is told to stop. */
async function chatOn(server: RunningServer, guest: SignedIn, page: string) {
  const client = await NativeClient.onAuthenticated(server, { guest });
  const acknowledged: string[] = [];
  let isOver = false;
  const run = async () => {
    for (let i = 0; !isOver; i++) {
      await runCommand(client, chat(page, `message ${i}`));
      acknowledged.push(`message ${i}`);
      await sleep(5);
    }
  };
  const running = run();
  return {
    acknowledged,
    stop: async () => {
      isOver = true;
      await running;
    },
  };
}

test('BK1 BK2 BK8 a backup under load holds what was acknowledged before; clients bring back the rest', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  const filled = await fill(server);
  const { ann, bob, page, devices } = filled;
  const [one, two] = devices;
  const chats = await chatOn(server, ann, page);
  const words: string[] = [];
  let isOver = false;
  const writing = (async () => {
    for (let i = 0; !isOver; i++) {
      const word = `<${i}>`;
      words.push(word);
      devices[i % 2]?.write(word);
      await sleep(5);
    }
  })();
  await eventually('much was said', () => words.length > 10 && chats.acknowledged.length > 10);
  const before = { words: [...words], chats: [...chats.acknowledged] };
  await Promise.all(devices.map((device) => device.saved()));
  const backup = await newBackup();
  const made = await backUp(source, backup);
  expect(made.code, made.errors).toBe(0);
  expect(made.output).toMatch(/Uploaded files: 1, 100000 bytes\./);
  await sleep(100);
  isOver = true;
  await writing;
  await chats.stop();
  await Promise.all(devices.map((device) => device.saved()));
  await eventually('both have it', () => one.text === two.text);
  const late = await storedIn(
    await putFile('uploaded after the backup', { to: server, by: ann, at: page }),
  );
  expect(chats.acknowledged.length).toBeGreaterThan(before.chats.length);
  const library = await subscribe(
    await NativeClient.onAuthenticated(server, { guest: ann }),
    'library',
  );
  await server.kill('SIGKILL');
  one.write('<on the way>');
  two.disconnect();
  two.write('<offline>');
  words.push('<on the way>', '<offline>');
  expect((await verify(backup)).output).toContain(WHOLE);

  const target = await newPlace();
  const restored = await restore(backup, target);
  expect(restored.code, restored.errors).toBe(0);
  expect(restored.tables).toEqual(made.tables);
  expect((await verify(backup, target)).output).toContain(SAME);

  // At the address that the clients know.
  const PORT = String(server.port);
  const again = await RunningServer.start({ ...target.environment, PORT });
  const newcomer = new Device(one.channel.document, await signIn(again));
  await newcomer.connect(again);
  for (const word of before.words) expect(newcomer.text).toContain(word);
  const caller = await NativeClient.onAuthenticated(again, { guest: ann });
  const { state } = await subscribe(caller, `chat:${page}`);
  const texts = state?.type === 'chat' ? state.messages.map(({ text }) => text) : [];
  // In their order, without a gap, from the newest page on.
  const [, ...shown] = texts;
  expect(shown.length).toBeGreaterThan(0);
  const first = chats.acknowledged.indexOf(shown[0] as string);
  expect(shown).toEqual(chats.acknowledged.slice(first, first + shown.length));
  expect(Number(texts.at(-1)?.slice('message '.length))).toBeGreaterThanOrEqual(
    before.chats.length - 1,
  );
  await expectFile(again, filled);
  const gone = await fetch(`${again.url}/api/documents/${page}/files/${late.id}`, {
    headers: { Cookie: ann.cookie },
  });
  expect(gone.status).toBe(404);

  await two.connect(again);
  await one.connect(again);
  await Promise.all([one.saved(), two.saved()]);
  await eventually('all agree', () => one.text === two.text && two.text === newcomer.text);
  for (const word of words) expect(newcomer.text.split(word), word).toHaveLength(2);
  expect([one, two, newcomer].flatMap(({ refusals }) => refusals)).toEqual([]);
  newcomer.disconnect();
  const position = { epoch: library.epoch, offset: library.offset };
  const lists = await subscribe(caller, 'library', position);
  expect(lists).toMatchObject({ recovered: false });
  expect(lists.epoch).not.toBe(library.epoch);
  // Sessions and roles are those of the backup.
  await runCommand(await NativeClient.onAuthenticated(again, { guest: bob }), chat(page, 'later'));
});

test(
  'BK3 BK9 a backup and a restore that are killed at any step are repeated with the same result',
  { timeout: 120_000 },
  async () => {
    const source = await newPlace();
    const server = await RunningServer.start(source.environment);
    await fill(server);
    await server.kill('SIGTERM');
    const backup = await newBackup();
    const steps = ['copying document', 'copying file:', 'comparing event', 'copying files'];
    for (const killAt of steps) {
      expect(await backUp(source, backup, { killAt })).toMatchObject({ signal: 'SIGKILL' });
      await expect(stat(backup)).rejects.toThrow('ENOENT');
      const refused = await restore(`${backup}.unfinished`, await newPlace());
      expect(refused.errors).toContain('it holds no manifest.json');
    }
    const made = await backUp(source, backup);
    expect(made.code, made.errors).toBe(0);
    expect((await readdir(join(backup, '..'))).toSorted()).toEqual(['monday']);
    expect((await readdir(backup)).toSorted()).toEqual([
      'files',
      'manifest.json',
      'secret',
      'tandem.db',
    ]);
    expect((await stat(backup)).mode & 0o777).toBe(0o700);
    for (const name of ['manifest.json', 'secret', 'tandem.db'])
      expect((await stat(join(backup, name))).mode & 0o777).toBe(0o600);

    const target = await newPlace();
    for (const killAt of [...steps.toReversed(), 'comparing user']) {
      expect(await restore(backup, target, { killAt })).toMatchObject({ signal: 'SIGKILL' });
      await expect(RunningServer.start(target.environment)).rejects.toThrow(
        /A restore or a migration into .* was interrupted\. Run it again/,
      );
    }
    const restored = await restore(backup, target);
    expect(restored.code, restored.errors).toBe(0);
    expect(withoutTimelines(restored)).toEqual(withoutTimelines(made));
    expect((await verify(backup, target)).output).toContain(SAME);
    // A backup of a restored server has the same rows again.
    const second = await backUp(target, await newBackup());
    expect(withoutTimelines(second)).toEqual(withoutTimelines(made));
  },
);

test('BK2 BK11 a lost or damaged file is named, and the rest is backed up', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  const filled = await fill(server);
  const path = await onlyFile(filesOf(source));
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500);
  await writeFile(path, bytes);
  const backup = await newBackup();
  const made = await backUp(source, backup);
  expect(made.code).toBe(2);
  expect(made.errors).toMatch(/Files that are not in the backup, .*: 1\. The first are /);
  expect(made.errors).toContain(basename(path));
  const checked = await verify(backup);
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.output).toContain('lost or damaged before the backup was made: 1.');
  const target = await newPlace();
  expect(await restore(backup, target)).toMatchObject({ code: 0 });

  await rm(path);
  const second = await backUp(source, await newBackup());
  expect(second).toMatchObject({ code: 2 });
  expect(second.errors).toContain(basename(path));

  const without = await newBackup();
  expect(await backUp(source, without, { parameters: ['--without-files'] })).toMatchObject({
    code: 0,
  });
  expect(await readdir(without)).not.toContain('files');
  filled.devices.forEach((device) => device.disconnect());
});

test('BK2 BK9 what a restore left of a file is in nobody’s way, and files without a place are missed', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  const filled = await fill(server);
  const backup = await newBackup();
  expect(await backUp(source, backup)).toMatchObject({ code: 0 });
  const target = await newPlace();
  const incoming = join(filesOf(target), 'incoming');
  await mkdir(incoming, { recursive: true });
  await writeFile(join(incoming, basename(await onlyFile(filesOf(source)))), 'half');
  expect(await restore(backup, target)).toMatchObject({ code: 0 });
  await expectFile(await RunningServer.start(target.environment), filled);

  // A server on a folder keeps files there; one on Postgres must be told where.
  const isTold = source.environment['DATABASE_URL'] === '';
  const without = await backUp(source, await newBackup(), { environment: { FILES_URL: '' } });
  expect(without).toMatchObject({ code: isTold ? 0 : 1 });
  if (!isTold) expect(without.errors).toContain('The database names uploaded files');
  filled.devices.forEach((device) => device.disconnect());
});

test('BK7 BK11 a target that is not empty is refused, and compared', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  const { ann, page } = await fill(server);
  const backup = await newBackup();
  expect(await backUp(source, backup)).toMatchObject({ code: 0 });
  const twice = await backUp(source, backup);
  expect(twice).toMatchObject({ code: 1 });
  expect(twice.errors).toContain('exists already, and a backup never changes another one.');

  await createPage(ann);
  const caller = await NativeClient.onAuthenticated(server, { guest: ann });
  await runCommand(caller, chat(page, 'after the backup'));
  const compared = await verify(backup, source);
  expect(compared).toMatchObject({ code: 1 });
  expect(compared.output).toMatch(/The table "document" differs: 1 rows only in the target/);
  expect(compared.output).toMatch(/The table "message" differs: 1 rows only in the target\./);
  expect(compared.output).not.toContain(WHOLE);

  const inUse = await restore(backup, source);
  expect(inUse).toMatchObject({ code: 1 });
  expect(inUse.errors).toMatch(/in use by another server|A server uses the Postgres database/);
  await server.kill('SIGTERM');
  const full = await restore(backup, source);
  expect(full).toMatchObject({ code: 1 });
  expect(full.errors).toMatch(/is not empty: .*Nothing was changed\./);
  // The server is as it was.
  const again = await RunningServer.start(source.environment);
  expect(again.output).not.toContain('database restored');
});

const filesOf = ({ environment }: Place) => new URL(environment['FILES_URL'] as string).pathname;

async function onlyFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const [file] = entries.filter((entry) => entry.isFile());
  return join(file?.parentPath as string, file?.name as string);
}

test('BK12 PB11 nothing is published after a restore', async () => {
  const source = await newPlace();
  const server = await RunningServer.start(source.environment);
  const ada = await signUp(server);
  const document = await createPage(ada);
  const publicationIn = async (to: RunningServer) => {
    const client = await NativeClient.onAuthenticated(to, { guest: ada });
    const { state } = await subscribe(client, `sharing:${document}`);
    return state?.type === 'sharing' ? state.publication : 'unknown';
  };
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  await runCommand(owner, command({ name: 'document:publish', input: { document } }));
  const publication = await publicationIn(server);
  expect(publication).toMatchObject({ isIndexed: false });
  const backup = await newBackup();
  expect(await backUp(source, backup)).toMatchObject({ code: 0 });
  await server.kill('SIGTERM');
  const target = await newPlace();
  expect(await restore(backup, target)).toMatchObject({ code: 0 });
  expect(await publicationIn(await RunningServer.start(target.environment))).toBeNull();
});
