import { expect, test } from 'vitest';
import { ACCOUNTS } from '../storage/limits.ts';
import { DeviceCookie } from './device-cookie.ts';

const SECRET = 'a secret of the tests';
const ADA = { user: 'ada', subject: 'ada@example.org', credential: 'hash of ada' };
const BOB = { user: 'bob', subject: 'bob@example.org', credential: 'hash of bob' };
const cookie = new DeviceCookie([SECRET]);

/** What the browser sends after each answer. */
async function browserOf(...accounts: (typeof ADA)[]): Promise<string> {
  let header = '';
  for (const account of accounts)
    header = (await cookie.add({ header, place: 'secure' }, account)).split(';', 1)[0] as string;
  return header;
}

const find = (header: string | undefined, account: typeof ADA | undefined) =>
  cookie.find({ header, place: 'secure' }, account);

test('AC31 a browser is known to the accounts in which it has signed in, under one id', async () => {
  const header = await browserOf(ADA, BOB);
  const id = await find(header, ADA);
  expect(id).toMatch(/^[\w-]{22}$/);
  expect(await find(header, BOB)).toBe(id);
  expect(await find(await browserOf(ADA), ADA)).not.toBe(id);
  expect(await find(await browserOf(BOB), ADA)).toBeNull();
  for (const nothing of [undefined, '', '__Host-tandem_device=nonsense'])
    expect(await find(nothing, ADA)).toBeNull();
  expect(await find(header, undefined)).toBeNull();
});

test('AC31 another password makes it an unknown one', async () => {
  const header = await browserOf(ADA);
  expect(await find(header, { ...ADA, credential: 'hash of another' })).toBeNull();
});

test('AC31 the cookie is this server’s, tells nothing, and is not for scripts', async () => {
  const line = await cookie.add({ header: undefined, place: 'secure' }, ADA);
  expect(line).toMatch(
    /^__Host-tandem_device=[^;]+; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(line).not.toContain('ada@');
  const header = line.split(';', 1)[0];
  expect(
    await new DeviceCookie(['another secret']).find({ header, place: 'secure' }, ADA),
  ).toBeNull();
  expect(await cookie.add({ header: undefined, place: 'embedded' }, ADA)).toMatch(
    /; SameSite=None; Secure; Partitioned$/,
  );
});

test('it remembers the latest accounts, and stays short', async () => {
  const others = Array.from({ length: 20 }, (_, i) => ({
    user: `${i}`,
    subject: `${i}@example.org`,
    credential: `${i}`,
  }));
  const header = await browserOf(ADA, ...others);
  expect(header.length).toBeLessThan(600);
  expect(await find(header, ADA)).toBeNull();
  const isKnown = await Promise.all(others.map((account) => find(header, account)));
  expect(isKnown.filter((id) => id !== null)).toHaveLength(ACCOUNTS.maxDeviceAccounts);
  expect(isKnown.at(-1)).not.toBeNull();
});

test('AC31 many passkeys of one person keep the browser known to others', async () => {
  const passkeys = Array.from({ length: 20 }, (_, i) => ({ ...ADA, subject: `passkey ${i}` }));
  const header = await browserOf(ADA, BOB, ...passkeys);
  expect(await find(header, BOB)).not.toBeNull();
  expect(await find(header, ADA)).toBeNull();
  expect(await find(header, passkeys.at(-1))).not.toBeNull();
});
