/** Pages on the web, over HTTP: PB1 to PB10 of PROTOCOL.md. */
import { randomBytes } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Call } from '@tandem/protocol';
import { publicFilePath, publicPagePath } from '@tandem/protocol/public-pages';
import { png } from '../src/files/testing/image-heads.ts';
import { chat, command, runCommand, subscribe } from './event-client.ts';
import { createPage, putFile, storedIn } from './file-transfers.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { onServer, signIn, type SignedIn } from './signed-in.ts';
import { signUp } from './signed-up.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

/** More than sockets hold. */
const LARGE_FILE_BYTES = 40_000_000;
const TITLE = 'Tide <log>';
const POLL = { interval: 20, timeout: 15_000 };

const atEnd = atEndOfFile();
const server = await RunningServer.start(
  {
    FILES_URL: pathToFileURL(await temporaryFolder(atEnd)).href,
    MAX_FILE_BYTES: String(LARGE_FILE_BYTES),
    PUBLIC_URL: 'http://docs.example.org',
  },
  atEnd,
);
/** The first account is the administrator's. */
const administrator = await signUp(server);

/** Without a cookie. */
const view = (path: string, headers: Record<string, string> = {}, to = server) =>
  fetch(to.url + path, { headers: { Accept: 'text/html', ...headers }, redirect: 'manual' });

/** @returns a function that replaces the text of a document. */
const writer =
  (to: RunningServer, { cookie }: SignedIn, document: string) =>
  async (text: string): Promise<void> => {
    const answer = await fetch(`${to.url}/api/documents/${document}/markdown`, {
      ...{ method: 'PUT', headers: { Cookie: cookie }, body: text },
    });
    expect(answer.status, await answer.clone().text()).toBe(200);
  };

async function publicationOf(guest: SignedIn, document: string, to = server) {
  const client = await NativeClient.onAuthenticated(to, { guest });
  const { state } = await subscribe(client, `sharing:${document}`);
  client.socket.close();
  return state?.type === 'sharing' ? state.publication : null;
}

async function scene(to = server) {
  const ada = await signUp(to);
  const owner = await NativeClient.onAuthenticated(to, { guest: ada });
  const document = await createPage(ada);
  const run = (call: Call) => runCommand(owner, command(call));
  await run({ name: 'document:rename', input: { document, title: TITLE } });
  const put = writer(to, ada, document);
  await put('# Log\n\nHigh water at **nine**.\n');
  const publish = async () => {
    await run({ name: 'document:publish', input: { document } });
    // A state that was being read may be followed by the event.
    const read = async () => (await publicationOf(ada, document, to))?.id ?? null;
    await expect.poll(read, POLL).not.toBeNull();
    const id = (await read())!;
    return { id, path: publicPagePath(id, TITLE) };
  };
  return { ada, owner, document, run, put, publish, ...(await publish()) };
}

async function becomes(status: number, path: string): Promise<number> {
  const began = performance.now();
  await expect.poll(async () => (await view(path)).status, POLL).toBe(status);
  return performance.now() - began;
}

/** How soon depends on the machine (PB5). */
async function shows(text: string, path: string): Promise<void> {
  await expect.poll(async () => (await view(path)).text(), POLL).toContain(text);
}

test('PB2 PB3 PB4 everyone reads it, without a cookie or a script', async () => {
  const { path } = await scene();
  const answer = await view(path);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toContain('<title>Tide &lt;log&gt;</title>');
  expect(text).toContain('High water at <strong>nine</strong>.');
  expect(text).toContain(`<link rel="canonical" href="http://docs.example.org${path}">`);
  expect(text).not.toMatch(/<script/i);
  const { headers } = answer;
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-robots-tag')).toBe('noindex');
  expect(headers.get('cache-control')).toBe('public, no-cache');
  expect(headers.get('set-cookie')).toBeNull();
  const robots = await (await view('/robots.txt')).text();
  expect(robots).toBe('User-agent: *\nAllow: /p/\nDisallow: /\n');
});

test('PB1 the id alone counts, and the words before it are those of the title', async () => {
  const { path, id, run, document } = await scene();
  for (const other of [`/p/${id}`, `/p/your-bank-${id}`]) {
    const answer = await view(other);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, path]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
  await run({ name: 'document:rename', input: { document, title: 'Größe' } });
  await becomes(302, path);
  const renamed = publicPagePath(id, 'Größe');
  expect((await view(path)).headers.get('location')).toBe(renamed);
  expect((await view(renamed)).status).toBe(200);
});

test('PB2 no name, comment, chat or address of a document gets out', async () => {
  const { ada, owner, document, path, put } = await scene();
  await put('High water at nine. [Inside](/d/secret-document-of-ada)\n');
  await runCommand(owner, chat(document, 'a word of the chat'));
  const body = { text: 'a word of a comment', quote: 'High water' };
  const commented = await ada.fetch(`/api/documents/${document}/comments`, {
    ...{ method: 'POST', body },
  });
  expect(commented.ok).toBe(true);
  await shows('Inside', path);
  const text = await (await view(path)).text();
  for (const secret of [
    ...[ada.user.id, ada.user.name, ada.email, document],
    ...['a word of the chat', 'a word of a comment', 'secret-document-of-ada'],
  ])
    expect(text).not.toContain(secret);
});

test('PB4 search engines may list what its owner says', async () => {
  const { path, run, document } = await scene();
  await run({ name: 'publication:change', input: { document, isIndexed: true } });
  const answer = await view(path);
  expect(answer.headers.get('x-robots-tag')).toBeNull();
  expect(await answer.text()).not.toContain('noindex');
});

test('PB5 what is known is not sent again, and a change is', async () => {
  const { put, path } = await scene();
  const first = await view(path);
  const etag = first.headers.get('etag') as string;
  await first.text();
  const again = await view(path, { 'If-None-Match': etag });
  expect([again.status, await again.text()]).toEqual([304, '']);
  await put('Slack water at noon.\n');
  await shows('Slack water at noon.', path);
  expect((await view(path, { 'If-None-Match': etag })).status).toBe(200);
});

test('PB10 a page comes whole, compressed or not, and only its head where that is asked for', async () => {
  const { put, path } = await scene();
  // A few long paragraphs: many short ones take a busy machine longer to read than it may (PB5).
  const words = (i: number) => `High water ${i} at nine, slack at noon. `.repeat(10);
  const lines = Array.from({ length: 500 }, (_, i) => words(i).trimEnd());
  await put(`${lines.join('\n\n')}\n`);
  await shows('High water 499 at', path);
  const read = async (headers: Record<string, string>, method = 'GET') => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(server.url + path, { method, headers }, resolve)
        .on('error', reject)
        .end();
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const { 'content-encoding': encoding, 'content-length': length } = answer.headers;
    return { bytes, encoding, length: Number(length) };
  };
  const plain = await read({});
  expect(plain.bytes.length).toBe(plain.length);
  expect(plain.bytes.toString()).toContain('High water 499 at');
  const gzip = await read({ 'Accept-Encoding': 'br, gzip;q=0.5' });
  expect([gzip.encoding, gzip.bytes.length]).toEqual(['gzip', gzip.length]);
  expect(gzip.length).toBeLessThan(plain.length / 5);
  expect((await read({ 'Accept-Encoding': 'gzip;q=0' })).encoding).toBeUndefined();
  const head = await read({}, 'HEAD');
  expect([head.bytes.length, head.length]).toEqual([0, plain.length]);
});

test('PB6 unpublished, trashed and purged pages are gone at once, as what never was', async () => {
  const { path, run, publish, document } = await scene();
  const bodies = new Set<string>();
  const gone = async (address: string) => {
    expect(await becomes(404, address)).toBeLessThan(PROMISED_SECOND_MS);
    bodies.add(await (await view(address)).text());
  };
  await run({ name: 'document:trash', input: { document } });
  await gone(path);
  await run({ name: 'document:restore', input: { document } });
  await gone(path);
  const second = await publish();
  // What was made a moment ago may rest for the fourfold of that time (PB5).
  await becomes(200, second.path);
  await run({ name: 'document:unpublish', input: { document } });
  await gone(second.path);
  const third = await publish();
  await gone(second.path);
  await becomes(200, third.path);
  await run({ name: 'document:trash', input: { document } });
  await run({ name: 'document:purge', input: { document } });
  await gone(third.path);
  for (const never of [`/p/${'0'.repeat(32)}`, '/p/x', '/p/', '/p/x/y/z', `/p/${document}`])
    await gone(never);
  expect([...bodies]).toHaveLength(1);
  expect([...bodies][0]).toContain('This page is not here');
});

test('PB6 an administrator takes a page off by its address; the pages of a blocked person are not shown', async () => {
  const [one, other] = [await scene(), await scene()];
  const takeDown = (by: SignedIn, path: string) =>
    by.fetch(`/api/server/publications/${path.slice('/p/'.length)}`, { method: 'DELETE' });
  expect((await takeDown(one.ada, one.path)).status).toBe(403);
  expect((await takeDown(administrator, one.path)).status).toBe(204);
  expect(await becomes(404, one.path)).toBeLessThan(PROMISED_SECOND_MS);
  await expect.poll(() => publicationOf(one.ada, one.document), POLL).toBeNull();
  expect((await takeDown(administrator, one.path)).status).toBe(404);
  expect((await takeDown(administrator, '/p/nothing')).status).toBe(404);
  const block = (isBlocked: boolean) =>
    administrator.fetch(`/api/server/people/${other.ada.user.id}`, {
      ...{ method: 'PATCH', body: { isBlocked } },
    });
  expect((await block(true)).status).toBe(204);
  expect(await becomes(404, other.path)).toBeLessThan(PROMISED_SECOND_MS);
  expect((await block(false)).status).toBe(204);
  expect(await becomes(200, other.path)).toBeLessThan(PROMISED_SECOND_MS);
});

test('PB7 files are public while the page shows them, and only those', async () => {
  const { ada, path, run, document, id, put } = await scene();
  const upload = async (name: string) =>
    await storedIn(await putFile(png(64, 32), { to: server, by: ada, at: document, name }));
  const [shown, hidden] = [await upload('quay.png'), await upload('secret.png')];
  await put(`![Quay](tandem-file:${shown.id}?name=quay.png&width=64&height=32)\n`);
  await shows(publicFilePath(id, shown.id), path);
  const file = await view(publicFilePath(id, shown.id));
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(file.headers.get('content-security-policy')).toContain('sandbox');
  expect(file.headers.get('x-robots-tag')).toBe('noindex');
  expect(file.headers.get('content-disposition')).toBe('inline');
  expect(Buffer.from(await file.arrayBuffer())).toEqual(png(64, 32));
  const etag = file.headers.get('etag') as string;
  expect((await view(publicFilePath(id, shown.id), { 'If-None-Match': etag })).status).toBe(304);
  const beyond = await view(publicFilePath(id, shown.id), { Range: 'bytes=99999999-' });
  expect([beyond.status, beyond.headers.get('cache-control')]).toEqual([416, 'public, no-cache']);
  expect((await view(publicFilePath(id, hidden.id))).status).toBe(404);
  expect((await view(`/api/documents/${document}/files/${shown.id}`)).status).toBe(401);
  await put('Nothing to see.\n');
  await becomes(404, publicFilePath(id, shown.id));
  await run({ name: 'document:unpublish', input: { document } });
  expect((await view(publicFilePath(id, shown.id))).status).toBe(404);
});

test('PB6 a file that is on its way does not arrive once the page is taken off', async () => {
  const { ada, path, run, document, id, put } = await scene();
  const bytes = randomBytes(LARGE_FILE_BYTES);
  const file = await storedIn(
    await putFile(bytes, { to: server, by: ada, at: document, name: 'a.bin' }),
  );
  await put(`[a.bin](tandem-file:${file.id}?name=a.bin)\n`);
  await shows(publicFilePath(id, file.id), path);
  const asked = request(server.url + publicFilePath(id, file.id)).end();
  onTestFinished(() => void asked.destroy());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve);
    asked.on('error', reject);
  });
  expect(answer.statusCode).toBe(200);
  await run({ name: 'document:unpublish', input: { document } });
  // The download is paused, so that only the server can end it.
  await sleep(PROMISED_SECOND_MS);
  let received = 0;
  const all = (async () => {
    for await (const chunk of answer) received += (chunk as Buffer).length;
  })();
  await expect(all).rejects.toThrow();
  expect(received).toBeLessThan(LARGE_FILE_BYTES);
});

test('PB1 only an owner publishes, and only with an account', async () => {
  const { document } = await scene();
  const guest = await signIn(server);
  const bob = await NativeClient.onAuthenticated(server, { guest });
  const refused = async (call: Call) => {
    const sent = command(call);
    bob.send(sent);
    const { error } = await bob.next('refused', ({ id }) => id === sent.id);
    expect(error.code).toBe('forbidden');
    return error.message;
  };
  for (const call of [
    { name: 'document:publish', input: { document } },
    { name: 'publication:change', input: { document, isIndexed: true } },
    { name: 'document:unpublish', input: { document } },
  ] as const)
    expect(await refused(call)).toMatch(/Only the owner/);
  const own = await createPage(guest);
  const call = { name: 'document:publish', input: { document: own } } as const;
  expect(await refused(call)).toMatch(/Create an account first/);
});

test('PB8 a network that asks for too many pages gets a sentence', async () => {
  const own = await RunningServer.start({ TRUST_PROXY: '1' });
  const from = (address: string) =>
    view(`/p/${'0'.repeat(32)}`, { 'X-Forwarded-For': address }, own);
  const answers = await Promise.all(Array.from({ length: 800 }, () => from('192.0.2.7')));
  const limited = answers.find(({ status }) => status === 429);
  expect(limited?.headers.get('retry-after')).toBe('2');
  expect(await limited?.text()).toContain('Nothing is lost');
  expect((await from('198.51.100.7')).status).toBe(404);
});

test('PB8 readers behind a proxy that tells no address are not limited as one', async () => {
  const answers = await Promise.all(
    Array.from({ length: 500 }, () => view(`/p/${'0'.repeat(32)}`)),
  );
  expect(answers.filter(({ status }) => status !== 404)).toEqual([]);
});

test('PB9 an operator turns public pages off, and on again', async () => {
  const DATA_DIR = await temporaryFolder();
  const on = await RunningServer.start({ DATA_DIR });
  const { ada, path, document } = await scene(on);
  const other = await scene(on);
  expect(ada.publicPages).toBe(true);
  expect((await view(path, {}, on)).status).toBe(200);
  await on.kill('SIGTERM');
  const off = await RunningServer.start({ DATA_DIR, PUBLIC_PAGES: 'off' });
  expect((await signIn(off)).publicPages).toBe(false);
  for (const each of [path, other.path]) expect((await view(each, {}, off)).status).toBe(404);
  expect(await (await view('/robots.txt', {}, off)).text()).toBe('User-agent: *\nDisallow: /\n');
  const owner = await NativeClient.onAuthenticated(off, { guest: onServer(ada, off) });
  await runCommand(owner, command({ name: 'document:unpublish', input: { document } }));
  const again = command({ name: 'document:publish', input: { document } });
  owner.send(again);
  expect(await owner.next('refused', ({ id }) => id === again.id)).toMatchObject({
    error: { code: 'forbidden' },
  });
  await off.kill('SIGTERM');
  const last = await RunningServer.start({ DATA_DIR });
  expect((await view(path, {}, last)).status).toBe(404);
  expect((await view(other.path, {}, last)).status).toBe(200);
});

test('PB6 a page that is being asked for all the time is gone once it is unpublished', async () => {
  const { path, run, document } = await scene();
  let unpublishingMs = Number.POSITIVE_INFINITY;
  let unpublishedMs = Number.POSITIVE_INFINITY;
  let shown = 0;
  const late: number[] = [];
  const early: number[] = [];
  const ask = async () => {
    for (;;) {
      const askedMs = performance.now();
      const { status } = await view(path);
      if (status === 200 && askedMs > unpublishedMs) late.push(askedMs - unpublishedMs);
      if (status === 200) shown++;
      else {
        expect(status).toBe(404);
        if (performance.now() < unpublishingMs) early.push(askedMs);
        return;
      }
    }
  };
  const asking = Promise.all([ask(), ask(), ask()]);
  await expect.poll(() => shown, POLL).toBeGreaterThan(100);
  unpublishingMs = performance.now();
  await run({ name: 'document:unpublish', input: { document } });
  unpublishedMs = performance.now();
  await asking;
  expect([early, late]).toEqual([[], []]);
});
