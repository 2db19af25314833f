import { expect, test } from 'vitest';
import { ACCOUNTS } from '../storage/limits.ts';
import { hashPassword, isPassword, PasswordsBusy, type BrowserKind } from './password-hash.ts';

test('AC7 a password is stored as an argon2id hash with its parameters', async () => {
  const hashed = await hashPassword('correct horse battery', 'unknown');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await isPassword(hashed, 'correct horse battery', 'unknown')).toBe(true);
  expect(await isPassword(hashed, 'correct horse batter', 'unknown')).toBe(false);
});

test('a password is the same in composed and decomposed letters', async () => {
  const hashed = await hashPassword('café au lait', 'unknown');
  expect(await isPassword(hashed, 'cafe\u0301 au lait', 'unknown')).toBe(true);
});

test('AC5 no password is right for an unknown person', async () => {
  expect(await isPassword(null, '', 'unknown')).toBe(false);
});

test('AC6 few passwords are hashed at once, some wait, and the next one is refused', async () => {
  const { hashesAtOnce, maxQueuedHashes, maxQueuedHashesOfUnknown } = ACCOUNTS;
  const begin = (count: number, browser: BrowserKind): Promise<string>[] =>
    Array.from({ length: count }, (_, i) => hashPassword(`password ${i}`, browser));
  const all = begin(hashesAtOnce, 'unknown');
  // Those that begin do so in the next turn.
  await Promise.resolve();
  all.push(...begin(maxQueuedHashesOfUnknown, 'unknown'));
  await expect(hashPassword('one too many', 'unknown')).rejects.toBeInstanceOf(PasswordsBusy);
  // Known browsers have the other places, whatever unknown ones do.
  all.push(...begin(maxQueuedHashes - maxQueuedHashesOfUnknown, 'known'));
  await expect(hashPassword('one too many', 'known')).rejects.toBeInstanceOf(PasswordsBusy);
  expect(new Set(await Promise.all(all)).size).toBe(hashesAtOnce + maxQueuedHashes);
  expect(await hashPassword('later', 'unknown')).toMatch(/^\$argon2id/);
});
