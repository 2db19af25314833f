/** Other sites' pages, embedding by other sites, and one server reached by http and https. */
import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';

const APP = 'https://app.example.org';
const PUBLIC = 'https://docs.example.org';
const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({ ALLOWED_ORIGINS: APP, PUBLIC_URL: '' }, atEnd);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Low-level, because `fetch` sets `Host` itself. */
function ask(
  { port }: RunningServer,
  [method, path]: readonly [method: string, path: string],
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: 'localhost', method, path, headers }, (answer) => {
      answer.resume();
      const entries = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      resolve({
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(entries) as Record<string, string>,
      });
    });
    asking.once('error', reject);
    asking.end();
  });
}

const SESSION = ['POST', '/api/session'] as const;

describe('a page of a site in ALLOWED_ORIGINS', () => {
  test('may ask beforehand, and read the answers', async () => {
    const before = await ask(server, ['OPTIONS', '/api/documents'], {
      Origin: APP,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    });
    expect([before.status, before.headers]).toMatchObject([
      204,
      {
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        vary: 'Origin',
      },
    ]);
    expect(before.headers['access-control-allow-headers']).toContain('Content-Type');
    for (const path of ['/api/session', '/sync/stream']) {
      const { headers } = await ask(server, ['POST', path], { Origin: APP });
      expect([path, headers['access-control-allow-origin'], headers['vary']]).toEqual([
        path,
        APP,
        'Origin',
      ]);
    }
  });

  test('gets a cookie that the browser sends from there', async () => {
    const { headers } = await ask(server, SESSION, { Origin: APP });
    expect(headers['set-cookie']).toMatch(
      /^__Host-tandem_session=.*; HttpOnly; SameSite=None; Secure; Partitioned$/,
    );
  });

  test('is the only one', async () => {
    for (const path of ['/api/session', '/api/documents', '/sync/send']) {
      const { headers } = await ask(server, ['OPTIONS', path], {
        Origin: 'https://evil.example',
        'Access-Control-Request-Method': 'POST',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const { headers } = await ask(server, ['GET', '/'], { Origin: APP });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('frames', () => {
  test('are for nobody unless ALLOWED_FRAMES names them', async () => {
    const { headers } = await ask(server, ['GET', '/healthz'], {});
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
  });

  test('are for the sites that it names, with cookies that work there', async () => {
    const framed = await RunningServer.start({
      ALLOWED_FRAMES: 'https://a.example,https://*.b.example',
    });
    const { headers } = await ask(framed, ['GET', '/healthz'], {});
    expect(headers['content-security-policy']).toContain(
      "frame-ancestors 'self' https://a.example https://*.b.example",
    );
    expect(headers['x-frame-options']).toBeUndefined();
    const own = { Origin: PUBLIC, Host: 'docs.example.org' };
    const { headers: session } = await ask(framed, SESSION, own);
    expect(session['set-cookie']).toMatch(
      /^__Host-tandem_session=.*; SameSite=None; Secure; Partitioned$/,
    );
    // Pages send no origin with a GET of their own server.
    const cookie = session['set-cookie']!.split(';', 1)[0]!;
    const me = await ask(framed, ['GET', '/api/me'], { Host: own.Host, Cookie: cookie });
    expect(me.status).toBe(200);
  });
});

describe('PUBLIC_URL with https', () => {
  let secure: RunningServer;
  beforeAll(async () => {
    // The printed address is not the public one.
    secure = await RunningServer.start({ PUBLIC_URL: PUBLIC, PORT: '0' }, atEnd);
  });

  test('by https: the cookie is secure, and the browser is to use https only', async () => {
    const headers = { Host: 'docs.example.org', Origin: PUBLIC };
    expect((await ask(secure, SESSION, headers)).headers['set-cookie']).toMatch(/; Secure$/);
    const page = await ask(secure, ['GET', '/'], { Host: 'docs.example.org:443' });
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test('AC30 by https: a session that a neighbouring name has planted does not count', async () => {
    const by = { Host: 'docs.example.org' };
    const lan = { Host: '192.168.1.5:3000', Origin: 'http://192.168.1.5:3000' };
    const { headers } = await ask(secure, SESSION, lan);
    const planted = headers['set-cookie']!.split(';', 1)[0]!;
    const whoAmI = async (more: Record<string, string>): Promise<number> =>
      (await ask(secure, ['GET', '/api/me'], { ...more, Cookie: planted })).status;
    expect(await whoAmI({ Host: lan.Host })).toBe(200);
    expect(await whoAmI(by)).toBe(401);
    const feed = ['GET', '/api/channels/library/events'] as const;
    expect((await ask(secure, feed, { ...by, Cookie: planted })).status).not.toBe(200);
    const own = await ask(secure, SESSION, { ...by, Origin: PUBLIC, Cookie: planted });
    expect(own.headers['set-cookie']).toMatch(/^__Host-tandem_session=[\w-]{43};/);
    expect(own.headers['set-cookie']).not.toContain(planted.split('=')[1]);
  });

  test('by http on the local network: the browser keeps the cookie, and is not sent to https', async () => {
    const headers = { Host: '192.168.1.5:3000', Origin: 'http://192.168.1.5:3000' };
    const session = await ask(secure, SESSION, headers);
    expect(session.headers['set-cookie']).toMatch(/; SameSite=Lax$/);
    expect(session.headers['strict-transport-security']).toBeUndefined();
    const forwarded = { Host: 'docs.example.org', 'X-Forwarded-Proto': 'http' };
    const page = await ask(secure, ['GET', '/'], forwarded);
    expect(page.headers['strict-transport-security']).toBeUndefined();
  });
});
