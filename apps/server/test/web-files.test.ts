/** The built application over HTTP. */
import { mkdir, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { RunningServer, temporaryFolder } from './running-server.ts';
import { atEndOfFile } from './shared.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  const webDir = await temporaryFolder(atEnd);
  await mkdir(join(webDir, 'assets'));
  await writeFile(
    join(webDir, 'index.html'),
    `<!doctype html><title>Tandem</title>${'<p>page</p>'.repeat(100)}`,
  );
  await writeFile(join(webDir, 'sw.js'), 'self.skipWaiting()');
  await writeFile(join(webDir, 'assets', 'index-abc123.js'), 'export {}');
  await writeFile(join(webDir, 'assets', 'inter.woff2'), 'font');
  server = await RunningServer.start({ WEB_DIR: webDir, PUBLIC_URL: '' }, atEnd);
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });
const page = { Accept: 'text/html,application/xhtml+xml' };

test('answers each address of the application with its page, never kept without asking', async () => {
  for (const path of ['/', '/d/some-document', '/d/some-document.', '/d/a.pdf),', '/index.html']) {
    const answer = await get(path, page);
    expect([
      answer.status,
      answer.headers.get('content-type'),
      answer.headers.get('cache-control'),
    ]).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
    expect(await answer.text()).toContain('<title>Tandem</title>');
  }
});

test('lets browsers keep what is named by its content, and nothing else', async () => {
  const script = await get('/assets/index-abc123.js');
  expect([script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ]);
  expect((await get('/sw.js')).headers.get('cache-control')).toBe('no-cache');
  expect((await get('/assets/inter.woff2')).headers.get('content-type')).toBe('font/woff2');
});

test('compresses text, and answers 304 when nothing has changed', async () => {
  const answer = await get('/', { ...page, 'Accept-Encoding': 'gzip, br' });
  expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual([
    'br',
    'Accept-Encoding',
  ]);
  expect(await answer.text()).toContain('<title>Tandem</title>');
  const again = await get('/', {
    ...page,
    'Accept-Encoding': 'gzip, br',
    'If-None-Match': answer.headers.get('etag') ?? '',
  });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('has nothing outside of its folder, and no page for a missing file', async () => {
  for (const path of [
    '/assets/gone.js',
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/assets/../../main.js',
    '/.env',
  ]) {
    expect((await get(path)).status, path).toBe(404);
  }
});

test('tells browsers what a page may do', async () => {
  for (const path of ['/', '/api/nothing', '/healthz']) {
    const { headers } = await get(path, page);
    expect(headers.get('content-security-policy')).toContain(
      "default-src 'self'; connect-src 'self' ws: wss:",
    );
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  }
});

test('answers that it is alive and ready', async () => {
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(200);
});

test('keeps answers of the API nowhere', async () => {
  expect((await get('/api/documents')).headers.get('cache-control')).toBe('no-store');
});

test('marks the cookie as one for this server alone', async () => {
  const plain = await fetch(`${server.url}/api/session`, { method: 'POST' });
  expect(plain.headers.get('set-cookie')).toMatch(
    /^tandem_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
  );
});

test('leads to the application in development, which has a port of its own', async () => {
  const development = await RunningServer.start({ NODE_ENV: 'development' });
  const open = (host: string) =>
    fetch(`http://${host}:${development.port}/d/a?b`, { headers: page, redirect: 'manual' });
  const here = await open('localhost');
  expect([here.status, here.headers.get('location')]).toEqual([302, 'http://localhost:5173/d/a?b']);
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const address = own.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  if (address === undefined) return;
  const there = await open(address);
  expect([there.status, await there.text()]).toEqual([
    404,
    `In development the application is at http://${address}:5173, if it was started with "pnpm dev --host".\n`,
  ]);
});

test('sends people back from /sign-in to where they were, and to no other server', async () => {
  const back = async (to: string): Promise<string | null> => {
    const path = `/sign-in?to=${encodeURIComponent(to)}`;
    const answer = await fetch(`${server.url}${path}`, { redirect: 'manual' });
    expect(answer.status).toBe(302);
    return answer.headers.get('location');
  };
  expect(await back('/d/abc?x=1')).toBe('/d/abc?x=1');
  for (const foreign of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/\t/evil.example',
    '',
  ])
    expect(await back(foreign), foreign).toBe('/');
});

test('takes no guests where they are not allowed', async () => {
  const closed = await RunningServer.start({ ALLOW_GUESTS: 'false' });
  const answer = await fetch(`${closed.url}/api/session`, { method: 'POST' });
  expect([answer.status, await answer.json()]).toMatchObject([
    401,
    { error: { message: 'This server takes no guests. Ask the person who runs it.' } },
  ]);
  expect(answer.headers.get('set-cookie')).toBeNull();
});
