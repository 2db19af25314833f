import { expect, test } from 'vitest';
import { ACCOUNTS } from '../limits.ts';
import { hashPassword, isPassword, PasswordsBusy } from './password-hash.ts';

test('AC7 a password is stored as an argon2id hash with its parameters', async () => {
  const hashed = await hashPassword('correct horse battery');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await isPassword(hashed, 'correct horse battery')).toBe(true);
  expect(await isPassword(hashed, 'correct horse batter')).toBe(false);
});

test('a password is the same in composed and decomposed letters', async () => {
  expect(await isPassword(await hashPassword('café au lait'), 'cafe\u0301 au lait')).toBe(true);
});

test('AC5 no password is right for an unknown person', async () => {
  expect(await isPassword(null, '')).toBe(false);
});

test('AC6 few passwords are hashed at once, some wait, and the next one is refused', async () => {
  const most = ACCOUNTS.hashesAtOnce + ACCOUNTS.maxQueuedHashes;
  const all = Array.from({ length: most }, (_, i) => hashPassword(`password ${i}`));
  // Those that begin do so in the next turn.
  await Promise.resolve();
  await expect(hashPassword('one too many')).rejects.toBeInstanceOf(PasswordsBusy);
  expect(new Set(await Promise.all(all)).size).toBe(most);
  expect(await hashPassword('later')).toMatch(/^\$argon2id/);
});
