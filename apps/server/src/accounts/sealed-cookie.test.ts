import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SealedCookie, type SealedCookieOptions } from './sealed-cookie.ts';

const [OLDER, NEWER] = ['an older secret of the tests', 'a newer secret of the tests'];
const HTTPS = 'secure';
const HTTP = 'plain';
const LIFETIME_MS = 60_000;

interface Content {
  readonly state: string;
}

function cookie(options: Partial<SealedCookieOptions<Content>> = {}): SealedCookie<Content> {
  return new SealedCookie({
    name: 'flow',
    path: '/sign-in',
    schema: z.object({ state: z.string() }),
    lifetimeMs: LIFETIME_MS,
    secrets: [NEWER],
    now: () => 0,
    ...options,
  });
}

/** What a browser sends back. */
const pairIn = (line: string): string => line.split(';', 1)[0] as string;
const CONTENT = { state: 'of this sign-in' };

test('AC16 only this server reads it', async () => {
  const pair = pairIn(await cookie().write(CONTENT, HTTP));
  expect(pair).not.toContain(CONTENT.state);
  expect(await cookie().read(`other=1; ${pair}`, HTTP)).toEqual(CONTENT);
  for (const other of [
    cookie({ secrets: [OLDER] }),
    cookie({ now: () => LIFETIME_MS }),
    cookie({ schema: z.object({ state: z.string().max(1) }) }),
  ])
    expect(await other.read(pair, HTTP)).toBeNull();
  const renamed = pair.replace('flow=', 'another=');
  expect(await cookie({ name: 'another' }).read(renamed, HTTP)).toBeNull();
  for (const header of [undefined, '', 'flow=', 'flow=nonsense', `${pair}x`])
    expect(await cookie().read(header, HTTP)).toBeNull();
});

test('what an older secret has sealed still opens', async () => {
  const pair = pairIn(await cookie({ secrets: [OLDER] }).write(CONTENT, HTTP));
  expect(await cookie({ secrets: [NEWER, OLDER] }).read(pair, HTTP)).toEqual(CONTENT);
});

describe('AC16 over https', () => {
  test('the browser takes it from this host only', async () => {
    const line = await cookie().write(CONTENT, HTTPS);
    expect(line).toMatch(
      /^__Host-flow=[^;]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(cookie().end(HTTPS)).toMatch(/^__Host-flow=; Path=\/; Max-Age=0;/);
    expect(await cookie().read(pairIn(line), HTTPS)).toEqual(CONTENT);
  });

  test('one without the prefix does not count, nor one with it over http', async () => {
    const plain = pairIn(await cookie().write(CONTENT, HTTP));
    expect(await cookie().read(plain, HTTPS)).toBeNull();
    expect(await cookie().read(`__Host-${plain}`, HTTP)).toBeNull();
    expect(await cookie().write(CONTENT, HTTP)).toMatch(/; Path=\/sign-in; /);
  });
});
