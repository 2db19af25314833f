/** A server with something of everything, and a place for a copy of it, whatever its database. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, inject, onTestFinished } from 'vitest';
import { filePath } from '@tandem/protocol';
import { createDatabase } from '../src/storage/testing/postgres-server.ts';
import { runCommandProcess, type CommandOptions } from './command-process.ts';
import { createData } from './data-document.ts';
import { Device } from './device.ts';
import { chat, command, runCommand } from './event-client.ts';
import { eventually } from './eventually.ts';
import { createPage, putFile, storedIn } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const IS_POSTGRES = process.env['TEST_DATABASE'] === 'postgres';

/** Where a server may keep everything; nothing is there yet. */
export interface Place {
  /** For `--to`. */
  readonly to: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function newPlace(
  kind: 'folder' | 'postgres' = IS_POSTGRES ? 'postgres' : 'folder',
): Promise<Place> {
  const folder = await temporaryFolder();
  const files = { FILES_URL: pathToFileURL(join(folder, 'files')).href };
  if (kind === 'folder')
    return { to: folder, environment: { DATA_DIR: folder, DATABASE_URL: '', ...files } };
  const url = await createDatabase(inject('postgres'));
  return { to: url, environment: { DATABASE_URL: url, DATA_DIR: folder, ...files } };
}

export async function newBackup(): Promise<string> {
  return join(await temporaryFolder(), 'backups', 'monday');
}

export const backUp = (
  { environment }: Place,
  to: string,
  options: CommandOptions & { readonly parameters?: readonly string[] } = {},
) =>
  runCommandProcess('backup', ['--to', to, ...(options.parameters ?? [])], {
    ...options,
    environment: { ...environment, ...options.environment },
  });

export const restore = (from: string, { to, environment }: Place, options: CommandOptions = {}) =>
  runCommandProcess('restore', ['--from', from, '--to', to], {
    ...options,
    environment: { ...environment, ...options.environment },
  });

export const verify = (from: string, target?: Place) =>
  runCommandProcess(
    'restore',
    ['--verify', '--from', from, ...(target === undefined ? [] : ['--to', target.to])],
    { environment: target?.environment ?? {} },
  );

export interface Filled {
  readonly ann: SignedIn;
  readonly bob: SignedIn;
  readonly page: string;
  /** Two devices on one document. */
  readonly devices: readonly [Device, Device];
  readonly file: { readonly id: string; readonly bytes: Buffer };
}

/** A page with a title, chat and a file, and a document in which two people write. */
export async function fill(server: RunningServer): Promise<Filled> {
  const [ann, bob] = [await signIn(server), await signIn(server)];
  const page = await createPage(ann);
  const owner = await NativeClient.onAuthenticated(server, { guest: ann });
  await runCommand(
    owner,
    command({ name: 'document:rename', input: { document: page, title: 'Tides' } }),
  );
  await runCommand(owner, chat(page, 'first'));
  const bytes = randomBytes(100_000);
  const { id } = await storedIn(await putFile(bytes, { to: server, by: ann, at: page }));
  const data = await createData(server);
  const devices = [new Device(data, ann), new Device(data, bob)] as const;
  onTestFinished(() => devices.forEach((device) => device.disconnect()));
  for (const device of devices) await device.connect(server);
  devices[0].write('ann. ');
  await devices[0].saved();
  await eventually('both have it', () => devices[0].text === devices[1].text);
  return { ann, bob, page, devices, file: { id, bytes } };
}

export async function expectFile(
  server: RunningServer,
  { ann, page, file }: Filled,
): Promise<void> {
  const answer = await fetch(`${server.url}${filePath(page, file.id)}`, {
    headers: { Cookie: ann.cookie },
  });
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(file.bytes)).toBe(true);
}
