import { expect, test } from 'vitest';
import { createTokenSigner } from '../accounts/session-token.ts';
import { DIGESTS } from './limits.ts';
import { createUnsubscribeTokens } from './unsubscribe-token.ts';

const OLD = 'a secret of tests that is long enough, the old one';
const NEW = 'a secret of tests that is long enough, the new one';

test('DG7 a token names its person, also after the secret was replaced, for a year', async () => {
  let now = 1_800_000_000_000;
  const token = await createUnsubscribeTokens([OLD], () => now).sign('ada');
  const tokens = createUnsubscribeTokens([NEW, OLD], () => now);
  expect(await tokens.verify(token)).toBe('ada');
  expect(await createUnsubscribeTokens([NEW], () => now).verify(token)).toBeNull();
  const [head, body, signature] = (await tokens.sign('ben')).split('.') as [string, string, string];
  expect(await tokens.verify(`${head}.${token.split('.')[1]}.${signature}`)).toBeNull();
  expect(await tokens.verify(`${head}.${body}.`)).toBeNull();
  for (const other of ['', 'ada', `${'A'.repeat(10_000)}`])
    expect(await tokens.verify(other)).toBeNull();
  now += DIGESTS.unsubscribeMs + 1_000;
  expect(await tokens.verify(token)).toBeNull();
});

test('DG7 it signs nobody in, and what signs in ends no mails', async () => {
  const sessions = createTokenSigner([OLD]);
  const tokens = createUnsubscribeTokens([OLD]);
  expect(await sessions.verify(await tokens.sign('ada'))).toBeNull();
  expect(await tokens.verify((await sessions.sign('ada', 'laptop')).token)).toBeNull();
});
