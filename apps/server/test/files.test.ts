/** Uploads and downloads over HTTP: FI1 to FI8. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ulid } from 'ulid';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  fileList,
  filePath,
  filesPath,
  TOKEN_HEADER,
  type ErrorBody,
  type FileList,
} from '@tandem/protocol';
import { gif, png } from '../src/files/testing/image-heads.ts';
import { FakeS3 } from '../src/storage/objects/testing/fake-s3.ts';
import { eventually } from './eventually.ts';
import {
  createPage,
  newFile,
  pausedDownload,
  putFile,
  slowUpload,
  storedIn,
  type Put,
} from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const MAX_FILE_BYTES = 40_000_000;

const atEnd = atEndOfFile();
const folder = await temporaryFolder(atEnd);
const settings = {
  FILES_URL: pathToFileURL(folder).href,
  MAX_FILE_BYTES: String(MAX_FILE_BYTES),
};
const server = await RunningServer.start(settings, atEnd);
let ada: SignedIn;
let document: string;

beforeAll(async () => {
  ada = await signIn(server);
  document = await createPage(ada);
});

const get = (id: string, headers: Record<string, string> = {}, by = ada): Promise<Response> =>
  fetch(`${server.url}${filePath(document, id)}`, { headers: { Cookie: by.cookie, ...headers } });

const put = (bytes: Buffer | string, options: Partial<Put> = {}): Promise<Response> =>
  putFile(bytes, { to: server, by: ada, at: document, ...options });

const errorIn = async (answer: Response): Promise<ErrorBody> =>
  ((await answer.json()) as { error: ErrorBody }).error;

test('FI1 a file comes back byte by byte, in parts, and not at all when the browser has it', async () => {
  const bytes = randomBytes(3_000_000);
  const { id } = await storedIn(await put(bytes));
  const whole = await get(id);
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
  const etag = whole.headers.get('etag')!;
  expect(etag).toBe(`"${createHash('sha256').update(bytes).digest('hex')}"`);
  expect(whole.headers.get('cache-control')).toBe('private, no-cache');

  expect((await get(id, { 'If-None-Match': etag })).status).toBe(304);
  const part = await get(id, { Range: 'bytes=10-19' });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe('bytes 10-19/3000000');
  expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));
  expect((await get(id, { Range: 'bytes=3000000-' })).status).toBe(416);
  const changed = await get(id, { Range: 'bytes=10-19', 'If-Range': '"another"' });
  expect(changed.status).toBe(200);
  await changed.arrayBuffer();
  const head = await fetch(`${server.url}${filePath(document, id)}`, {
    method: 'HEAD',
    headers: { Cookie: ada.cookie },
  });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '3000000']);
});

test('FI2 FI3 an image is shown in a page, and anything else is a download in which nothing runs', async () => {
  const image = await storedIn(await put(png(640, 480), { name: 'C:\\photos\\計 "1".png' }));
  expect(image).toMatchObject({ type: 'image/png', width: 640, height: 480, name: '計 "1".png' });
  const page = await storedIn(await put('<script>alert(1)</script>', { name: 'page.png' }));
  expect(page).toMatchObject({ type: 'application/octet-stream', width: null, height: null });
  const [shown, downloaded] = [await get(image.id), await get(page.id)];
  expect(shown.headers.get('content-type')).toBe('image/png');
  expect(shown.headers.get('content-disposition')).toBe(
    'inline; filename="? \\"1\\".png"; filename*=UTF-8\'\'%E8%A8%88%20%221%22.png',
  );
  expect(downloaded.headers.get('content-type')).toBe('application/octet-stream');
  expect(downloaded.headers.get('content-disposition')).toBe('attachment; filename="page.png"');
  for (const { headers } of [shown, downloaded]) {
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';.*; sandbox$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  }
});

test('FI4 files have the access of their document', async () => {
  const bob = await signIn(server);
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const { id } = await storedIn(await put('text'));
  const link = async (access: 'edit' | 'view' | 'off'): Promise<void> => {
    const command = { type: 'command', channel: 0, name: 'link:change', id: ulid() } as const;
    owner.send({ ...command, input: { document, link: access } });
    await eventually('the link has changed', () =>
      owner.received.some((message) => message.type === 'done' && message.id === command.id),
    );
  };
  expect((await get(id, {}, bob)).status).toBe(200);
  expect((await put('more', { by: bob })).status).toBe(200);
  await link('view');
  expect((await get(id, {}, bob)).status).toBe(200);
  expect(await errorIn(await put('more', { by: bob }))).toMatchObject({ code: 'read-only' });
  await link('off');
  expect(await errorIn(await get(id, {}, bob))).toMatchObject({ code: 'not-found' });
  expect(await errorIn(await put('more', { by: bob }))).toMatchObject({ code: 'not-found' });
  const nobody = await fetch(`${server.url}${filePath(document, id)}`);
  expect(nobody.status).toBe(401);
  const elsewhere = await createPage(ada);
  const moved = await ada.fetch(filePath(elsewhere, id));
  expect(await errorIn(moved)).toMatchObject({ code: 'not-found' });
  await link('edit');
});

test('FI10 only the page that added a file uploads it, though everybody sees its id', async () => {
  const bob = await signIn(server);
  const file = newFile();
  const { secret } = newFile();
  for (const guess of [secret, '', file.id]) {
    const answer = await put('evil', { by: bob, file: { ...file, secret: guess } });
    expect(await errorIn(answer)).toMatchObject({ code: 'forbidden', temporary: false });
  }
  await storedIn(await put('contract', { file }));
  expect(await (await get(file.id)).text()).toBe('contract');
});

test('FI11 the owner sees and deletes all files, an uploader their own, and a deleted one says so', async () => {
  const bob = await signIn(server);
  const at = await createPage(ada);
  const [own, other] = [newFile(), newFile()];
  await storedIn(await put('from Ada', { at, file: own }));
  await storedIn(await put('from Bob', { at, file: other, by: bob }));
  const listed = async (by: SignedIn): Promise<FileList> =>
    fileList.parse(await (await by.fetch(filesPath(at))).json());
  const all = await listed(ada);
  expect(all.files.map(({ id }) => id).toSorted()).toEqual([own.id, other.id].toSorted());
  expect(all).toMatchObject({ isWhole: true, count: 2, bytes: 16, next: null });
  expect(all.people.map(({ id }) => id).toSorted()).toEqual([ada.user.id, bob.user.id].toSorted());
  const bobs = await listed(bob);
  expect(bobs).toMatchObject({
    isWhole: false,
    files: [{ id: other.id, by: bob.user.id }],
    count: 1,
    bytes: 8,
  });

  const remove = (by: SignedIn, { id }: { readonly id: string }) =>
    by.fetch(filePath(at, id), { method: 'DELETE' });
  const before = keptIn(folder).length;
  expect((await remove(bob, own)).status).toBe(403);
  expect((await remove(bob, other)).status).toBe(204);
  expect((await remove(ada, own)).status).toBe(204);
  expect((await remove(ada, own)).status).toBe(204);
  await eventually('the bytes are gone', () => keptIn(folder).length === before - 2);
  expect(await listed(ada)).toMatchObject({ files: [], count: 0, bytes: 0 });
  const gone = await ada.fetch(filePath(at, own.id));
  expect([gone.status, await gone.text()]).toEqual([410, expect.stringContaining('was deleted')]);
  const again = await put('from Ada', { at, file: own });
  expect(await errorIn(again)).toMatchObject({ code: 'bad-message', temporary: false });
});

test('FI12 a file is copied by a person who may read it there and write here', async () => {
  const [bob, eve] = [await signIn(server), await signIn(server)];
  const here = await createPage(bob);
  const file = newFile();
  await storedIn(await put(png(640, 480), { file, name: 'quay.png' }));
  const copy = (by: SignedIn, to: string) =>
    by.fetch(`${filePath(to, file.id)}/copy`, { method: 'POST' });
  expect(await storedIn(await copy(bob, here))).toMatchObject({ name: 'quay.png', width: 640 });
  const copied = await bob.fetch(filePath(here, file.id));
  expect(Buffer.from(await copied.arrayBuffer())).toEqual(png(640, 480));
  expect((await copy(bob, here)).status).toBe(200);
  expect(fileList.parse(await (await bob.fetch(filesPath(here))).json())).toMatchObject({
    files: [{ id: file.id, by: bob.user.id }],
  });

  const secret = newFile();
  const own = await createPage(ada);
  await storedIn(await put('for Ada alone', { at: own, file: secret }));
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const off = { type: 'command', channel: 0, name: 'link:change', id: ulid() } as const;
  owner.send({ ...off, input: { document: own, link: 'off' } });
  await expect.poll(async () => (await eve.fetch(filesPath(own))).status).toBe(404);
  const eves = await createPage(eve);
  const stolen = await eve.fetch(`${filePath(eves, secret.id)}/copy`, { method: 'POST' });
  expect(await errorIn(stolen)).toMatchObject({ code: 'not-found' });
  expect((await eve.fetch(filePath(eves, secret.id))).status).toBe(404);
});

test('FI5 too large a file is refused before its bytes, and the limit can be read', async () => {
  const limits = await ada.fetch(filesPath(document));
  expect(await limits.json()).toMatchObject({ maxFileBytes: MAX_FILE_BYTES });
  const answer = await put(Buffer.alloc(MAX_FILE_BYTES + 1));
  expect(answer.status).toBe(413);
  expect(await errorIn(answer)).toMatchObject({ code: 'too-large', temporary: false });
});

test('FI6 signing out ends an upload and a download within a second', async () => {
  const guest = await signIn(server);
  const at = await createPage(guest);
  const { id } = await storedIn(await put(randomBytes(MAX_FILE_BYTES), { by: guest, at }));
  const { ended } = slowUpload({ to: server, by: guest, at });
  const download = await pausedDownload({ to: server, by: guest, at, id });
  await sleep(600);
  const beganMs = performance.now();
  await guest.fetch('/api/session/end', { method: 'POST' });
  expect([0, 401, 403]).toContain(await ended);
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
  await sleep(beganMs + PROMISED_SECOND_MS - performance.now());
  expect(await download.rest()).toBeLessThan(MAX_FILE_BYTES);
});

test('FI6 of people without cookies, only the one whose session is over is sent away', async () => {
  const before = keptIn(folder).length;
  const [ed, vi] = [await signIn(server), await signIn(server)];
  const [left, right] = [ed, vi].map((by) =>
    slowUpload({ to: server, by, at: document, isByToken: true }),
  );
  await sleep(600);
  await fetch(`${server.url}/api/session/end`, {
    method: 'POST',
    headers: { [TOKEN_HEADER]: vi.token },
  });
  const beganMs = performance.now();
  expect([0, 401, 403]).toContain(await right!.ended);
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
  await sleep(PROMISED_SECOND_MS);
  const goesOn = await Promise.race([left!.ended, Promise.resolve('it goes on')]);
  expect(goesOn).toBe('it goes on');
  left!.upload.destroy();
  await eventually('nothing is left of it', () => keptIn(folder).length === before);
});

test('FI7 an upload that is cancelled leaves nothing', async () => {
  const before = keptIn(folder).length;
  const { upload } = slowUpload({ to: server, by: ada, at: document });
  await eventually('it has begun', () => keptIn(folder).length === before + 1);
  upload.destroy();
  await eventually('it is gone', () => keptIn(folder).length === before);
});

function keptIn(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('FI8 a purge deletes the files', async () => {
  const at = await createPage(ada);
  const before = keptIn(folder).length;
  await storedIn(await put('text', { at }));
  expect(keptIn(folder)).toHaveLength(before + 1);
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  for (const name of ['document:trash', 'document:purge'] as const)
    owner.send({ type: 'command', channel: 0, name, id: ulid(), input: { document: at } });
  await eventually('the bytes are gone', () => keptIn(folder).length === before);
});

test('FI1 what was acknowledged survives kill -9, and what was not leaves nothing that is served', async () => {
  const own = await temporaryFolder();
  let current = await RunningServer.start({ FILES_URL: pathToFileURL(own).href });
  const guest = await signIn(current);
  const at = await createPage(guest);
  const acknowledged = new Map<string, Buffer>();
  const failed = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const writer = async (): Promise<void> => {
      for (;;) {
        const file = newFile();
        const { id } = file;
        const content = Buffer.concat([gif(9, 9), randomBytes(200_000)]);
        try {
          const answer = await put(content, { by: guest, at, file, to: current });
          if (answer.status === 200) acknowledged.set(id, content);
          else failed.add(id);
        } catch {
          return void failed.add(id);
        }
      }
    };
    const before = acknowledged.size;
    const writers = [writer(), writer(), writer()];
    await eventually('a file of this round is stored', () => acknowledged.size > before);
    await sleep(70 * round);
    await current.kill('SIGKILL');
    await Promise.all(writers);
    current = await current.restart();
  }
  expect(acknowledged.size).toBeGreaterThan(3);
  const read = async (id: string): Promise<Response> =>
    await fetch(`${current.url}${filePath(at, id)}`, { headers: { Cookie: guest.cookie } });
  for (const [id, content] of acknowledged) {
    const answer = await read(id);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  }
  // Stored, though its answer was lost, or not there at all: never a part of it.
  for (const id of failed) {
    const answer = await read(id);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status === 200) expect(bytes).toHaveLength(gif(9, 9).length + 200_000);
    else expect(answer.status).toBe(404);
  }
});

test('FI1 a bucket keeps the files of several servers', async () => {
  const bucket = await FakeS3.start();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const other = await RunningServer.start({ FILES_URL: bucket.setting });
  const guest = await signIn(other);
  const at = await createPage(guest);
  const bytes = randomBytes(500_000);
  const { id } = await storedIn(await put(bytes, { by: guest, at, to: other }));
  expect(bucket.objects.size).toBe(1);
  const answer = await guest.fetch(filePath(at, id));
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  bucket.failures = [503];
  expect((await put('text', { by: guest, at, to: other })).status).toBe(503);
});
