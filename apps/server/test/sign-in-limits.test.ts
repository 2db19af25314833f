/** Nobody locks somebody else out of an account: AC6 and AC31 in `src/accounts/README.md`. */
import { beforeAll, describe, expect, test } from 'vitest';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { deviceCookieIn } from './signed-in.ts';
import { newAddress, PASSWORD, signUp } from './signed-up.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({ TRUST_PROXY: '1' }, atEnd);
});

interface Attempt {
  readonly email: string;
  readonly password?: string;
  /** The network address. */
  readonly from: string;
  readonly cookie?: string;
}

async function signInWith({
  email,
  password = PASSWORD,
  from,
  cookie,
}: Attempt): Promise<Response> {
  return await fetch(`${server.url}/api/account/sign-in`, {
    method: 'POST',
    headers: { 'X-Forwarded-For': from, ...(cookie === undefined ? {} : { Cookie: cookie }) },
    body: JSON.stringify({ email, password }),
  });
}

/** @returns how many of so many attempts were not refused. */
async function guess(email: string, from: string, count = 12): Promise<number> {
  let answered = 0;
  for (let i = 0; i < count; i++) {
    const { status } = await signInWith({ email, from, password: `guess ${i} of them` });
    if (status !== 429) answered++;
  }
  return answered;
}

describe('AC6 somebody who uses up their attempts with an account', () => {
  test('locks its person out in no other network, and the same for an unknown address', async () => {
    const { email } = await signUp(server);
    for (const [from, other] of [
      ['198.51.100.1', email],
      ['198.51.100.2', newAddress()],
    ] as const)
      expect(await guess(other, from)).toBe(10);
    const refused = await signInWith({ email, from: '198.51.100.1' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await signInWith({ email, from: '192.0.2.1' })).status).toBe(200);
  });

  test('from many networks locks nobody out, who has two attempts at once', async () => {
    const { email } = await signUp(server);
    for (let i = 1; i <= 7; i++) await guess(email, `203.0.113.${i}`);
    expect(await guess(email, '192.0.2.2', 1)).toBe(1);
    expect((await signInWith({ email, from: '192.0.2.2' })).status).toBe(200);
    expect((await signInWith({ email, from: '192.0.2.2' })).status).toBe(429);
  });
});

test('AC6 a whole site of IPv6 is one network, also where providers are asked', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 60; i++) {
    const headers = { 'X-Forwarded-For': `2001:db8:1:${i.toString(16)}::1` };
    const body = JSON.stringify({ provider: 'nobody', to: '/', purpose: 'sign-in' });
    const url = `${server.url}/api/account/oidc`;
    statuses.push((await fetch(url, { method: 'POST', headers, body })).status);
  }
  expect(statuses.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 404));
  expect(statuses.slice(40)).toContain(429);
});

describe('AC31 a browser that has signed in before', () => {
  test('signs in although somebody in its network has used up the attempts', async () => {
    const from = '198.51.100.10';
    const { email } = await signUp(server);
    const cookie = deviceCookieIn(await signInWith({ email, from }));
    expect(cookie).toMatch(/^tandem_device=/);
    await guess(email, from);
    expect((await signInWith({ email, from })).status).toBe(429);
    const known = { email, from, cookie: cookie! };
    expect((await signInWith(known)).status).toBe(200);
    // It is known to this account alone, and a wrong password is still wrong.
    expect((await signInWith({ ...known, password: 'not this one' })).status).toBe(403);
    const bob = await signUp(server);
    await guess(bob.email, from);
    expect((await signInWith({ ...known, email: bob.email })).status).toBe(429);
  });

  test('has ten attempts itself, and is unknown once the password is another', async () => {
    const from = '198.51.100.11';
    const ada = await signUp(server);
    const { email } = ada;
    const cookie = deviceCookieIn(await signInWith({ email, from }))!;
    let answered = 0;
    for (let i = 0; i < 12; i++)
      if ((await signInWith({ email, from, cookie, password: `guess ${i}` })).status !== 429)
        answered++;
    expect(answered).toBe(10);
    const password = 'another one of tests';
    const body = { current: PASSWORD, password };
    const changed = await ada.fetch('/api/account/password', { method: 'POST', body });
    expect(changed.status).toBe(204);
    await guess(email, from);
    expect((await signInWith({ email, from, cookie, password })).status).toBe(429);
    const here = deviceCookieIn(changed)!;
    expect((await signInWith({ email, from, cookie: here, password })).status).toBe(200);
  });
});
