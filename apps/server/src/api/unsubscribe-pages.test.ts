import { errorOf } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { CommandAnswer } from '../commands/command-runner.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { addIdentity } from '../storage/identities.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { unsubscribePages } from './unsubscribe-pages.ts';

const DONE: CommandAnswer = { kind: 'done', repeated: false, positions: [], events: 0 };

test.each<readonly [CommandAnswer, number, string]>([
  [DONE, 200, 'You get no more mails'],
  [{ kind: 'refused', error: errorOf('storage-failed') }, 503, 'Use the link again'],
])('DG7 a person reads a sentence: %o', async (answer, status, sentence) => {
  const db = await temporaryDatabase();
  const email = { issuer: 'email', subject: 'ned@example.org', credential: 'hash' };
  await addIdentity(db, { ...email, user: 'ned', at: 1, verifiedAt: 1 });
  const rate = { burst: 1, perSecond: 1 };
  const pages = unsubscribePages({
    db,
    runner: { run: async () => answer },
    tokens: { sign: async () => '', verify: async () => 'ned' },
    rate: new KeyedRateLimiter({ rate, clock: new ManualClock() }),
  });
  const response = await pages.request('/?token=t', { method: 'POST' });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(await response.text()).toContain(sentence);
});
