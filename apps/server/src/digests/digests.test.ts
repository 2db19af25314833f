import { randomUUID } from 'node:crypto';
import { ManualClock } from '@tandem/testkit';
import { describe, expect, test } from 'vitest';
import {
  DOCUMENT as document,
  fixtureWithRoles,
  type AnyCall,
} from '../commands/handlers/testing/command-fixture.ts';
import { PermanentJobError, runJob } from '../jobs/job-handler.ts';
import { DIGESTS } from './limits.ts';
import { MailFailure, type Mail, type MailFailureKind } from '../mail/mailer.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { readDigest } from '../storage/digests.ts';
import { addIdentity } from '../storage/identities.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import { digests } from './digests.ts';
import { createUnsubscribeTokens } from './unsubscribe-token.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

async function scene({ hasExcerpts = true, burst = 100 } = {}) {
  const fixture = await fixtureWithRoles();
  const { db } = fixture;
  await db.deleteFrom('notification').execute();
  for (const user of ['ada', 'ed']) {
    const subject = `${user}@example.org`;
    const credential = { credential: 'hash', at: 0, verifiedAt: 1 };
    await addIdentity(db, { issuer: 'email', subject, user, ...credential });
  }
  await db.deleteFrom('job').execute();
  const mails: Mail[] = [];
  const state = {
    failure: null as MailFailureKind | null,
    /** What the mail server takes no mail with, and how it says so. */
    filter: null as { readonly word: string; readonly kind: MailFailureKind } | null,
    attempt: 1,
    random: 0,
  };
  const again: NewJob[] = [];
  const handler = digests({
    ...{ db, hasExcerpts },
    jobs: { enqueue: async (jobs) => void again.push(...jobs) },
    mailer: {
      async send(mail) {
        if (state.failure !== null) throw new MailFailure(state.failure, state.failure);
        const { word, kind = 'permanent' } = state.filter ?? {};
        if (word !== undefined && mail.text.includes(word)) throw new MailFailure(kind, kind, true);
        mails.push(mail);
      },
    },
    publicUrl: new URL('https://docs.example.org'),
    tokens: createUnsubscribeTokens(['a secret of tests that is long enough']),
    clock: { now: () => fixture.now },
    rate: new KeyedRateLimiter({ rate: { burst, perSecond: 1 }, clock: new ManualClock() }),
    random: () => state.random,
  });
  /** @returns in how many minutes it is to run again. */
  const run = async (user = 'ed', { signal } = new AbortController()): Promise<number | null> => {
    again.length = 0;
    const { attempt } = state;
    await runJob(handler, JSON.stringify({ user }), { id: randomUUID(), attempt, signal });
    return waits();
  };
  const waits = (): number | null => {
    const [job] = again;
    return job === undefined ? null : Math.round(job.delayMs / MINUTE_MS);
  };
  const chat = async (text: string, { to = ['ed'], by = 'ada' } = {}): Promise<void> => {
    const mentions = to.map((user, i) => ({ user, offset: i * 2, length: 2 }));
    await fixture.do(by, { name: 'chat:send', input: { document, text, mentions, replyTo: null } });
  };
  const share = async (title: string): Promise<string> => {
    const shared = `document-${title.replaceAll(' ', '-')}`;
    const created = { document: shared, title };
    await fixture.do('ada', { name: 'document:create', input: created });
    const input = { document: shared, user: 'ed', role: 'viewer' } as const;
    await fixture.do('ada', { name: 'member:change', input });
    return shared;
  };
  const choose = (frequency: 'soon' | 'daily' | 'never'): Promise<void> =>
    fixture.do('ed', { name: 'account:choose-mails', input: { frequency } } satisfies AnyCall);
  const pass = (ms: number) => void (fixture.now += ms);
  const waiting = async () =>
    (await db.selectFrom('job').select(['kind', 'key']).execute())
      .filter(({ kind }) => kind === 'digest')
      .map(({ key }) => key);
  return { fixture, db, state, mails, run, waits, chat, share, choose, pass, waiting };
}

describe('DG1 a job', () => {
  test('waits for each person who was notified and can be mailed, once', async () => {
    const { chat, share, waiting, choose } = await scene();
    await chat('Nobody in particular.', { to: [] });
    expect(await waiting()).toEqual([]);
    await chat('Low.', { to: ['ed', 'coe'] });
    await chat('Still low.');
    await share('Locks');
    expect(await waiting()).toEqual(['ed']);
    await choose('never');
    await chat('Ada, see this.', { by: 'ed', to: ['ada'] });
    expect((await waiting()).toSorted()).toEqual(['ada', 'ed']);
  });

  test('of somebody without a confirmed address, or who wants no mails, does nothing', async () => {
    const { chat, choose, run, mails, pass } = await scene();
    await chat('Low.', { to: ['ed', 'coe'] });
    pass(DAY_MS);
    expect(await run('coe')).toBeNull();
    await choose('never');
    expect(await run()).toBeNull();
    expect(mails).toEqual([]);
  });
});

describe('DG3 a digest', () => {
  test('follows a mention after a quarter of an hour, and the next one after an hour', async () => {
    const { chat, run, mails, pass } = await scene();
    await chat('Low at noon.');
    expect(await run()).toBe(15);
    pass(10 * MINUTE_MS);
    await chat('High at six.');
    pass(5 * MINUTE_MS);
    // The second mail waits as long as any other to the same person.
    expect(await run()).toBe(60);
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['ed@example.org', '\u2068Name of ada\u2069 mentioned you in “\u2068Plan\u2069”'],
    ]);
    pass(59 * MINUTE_MS);
    expect(await run()).toBe(1);
    pass(MINUTE_MS);
    expect(await run()).toBeNull();
    expect(mails).toHaveLength(2);
    expect(mails[1]!.text).toContain('High at six.');
    expect(mails[1]!.text).not.toContain('Low at noon.');
  });

  test('about all else comes once a day, or together with a mention', async () => {
    const { share, chat, run, mails, pass } = await scene();
    await share('Locks');
    pass(15 * MINUTE_MS);
    expect(await run()).toBeNull();
    await share('Ferries');
    pass(2 * HOUR_MS);
    expect(await run()).toBe(22 * 60);
    await chat('Low.');
    pass(15 * MINUTE_MS);
    expect(await run()).toBeNull();
    expect(mails.map(({ subject }) => subject)).toEqual([
      '\u2068Name of ada\u2069 shared “\u2068Locks\u2069” with you',
      '\u2068Name of ada\u2069 mentioned you in “\u2068Plan\u2069”, and 1 more',
    ]);
    expect(await run()).toBeNull();
    expect(mails).toHaveLength(2);
  });

  test('comes once a day, also about mentions, to who has chosen so', async () => {
    const { chat, choose, run, mails, pass } = await scene();
    await choose('daily');
    await chat('Low.');
    pass(15 * MINUTE_MS);
    await run();
    await chat('High.');
    pass(2 * HOUR_MS);
    expect(await run()).toBe(22 * 60);
    pass(22 * HOUR_MS);
    await run();
    expect(mails).toHaveLength(2);
  });
});

describe('DG4 a notification is mailed once', () => {
  test('when two nodes run the job at once', async () => {
    const { chat, run, mails, pass } = await scene();
    await chat('Low.');
    pass(HOUR_MS);
    await Promise.all([run(), run(), run()]);
    expect(mails).toHaveLength(1);
    await run();
    expect(mails).toHaveLength(1);
  });

  test('after a mail server that does not take it now, and not after one that may have', async () => {
    const { db, chat, run, mails, pass, state } = await scene();
    await chat('Low.');
    pass(HOUR_MS);
    state.failure = 'temporary';
    await expect(run()).rejects.toThrow('temporary');
    expect(await readDigest(db, 'ed')).toMatchObject({ mark: '', sentAt: null });
    state.failure = null;
    await run();
    expect(mails).toHaveLength(1);
    await chat('High.');
    pass(2 * HOUR_MS);
    state.failure = 'unanswered';
    await expect(run()).rejects.toThrow('unanswered');
    state.failure = null;
    expect(await run()).toBeNull();
    await chat('Low again.');
    pass(2 * HOUR_MS);
    state.failure = 'permanent';
    await expect(run()).rejects.toThrow(PermanentJobError);
    state.failure = null;
    expect(await run()).toBeNull();
    expect(mails).toHaveLength(1);
  });
});

test('DG5 what was read, deleted, or may no longer be read is not mailed, and old news neither', async () => {
  const { fixture, db, chat, share, run, mails, pass } = await scene();
  await chat('Read by then.');
  await fixture.do('ed', { name: 'chat:see', input: { document, number: 1 } });
  await chat('Deleted by then.');
  const { id: message } = await db
    .selectFrom('message')
    .select('id')
    .where('text', '=', 'Deleted by then.')
    .executeTakeFirstOrThrow();
  await fixture.do('ada', { name: 'chat:delete', input: { document, message } });
  const taken = await share('Taken back');
  const trashed = await share('In the trash');
  await share('Locks');
  await fixture.do('ada', { name: 'member:remove', input: { document: taken, user: 'ed' } });
  await fixture.do('ada', { name: 'document:trash', input: { document: trashed } });
  pass(HOUR_MS);
  await run();
  expect(mails.map(({ subject }) => subject)).toEqual([
    '\u2068Name of ada\u2069 shared “\u2068Locks\u2069” with you',
  ]);
  for (const gone of ['Read', 'Deleted', 'Taken', 'trash'])
    expect(mails[0]!.text).not.toContain(gone);
  await chat('Old by then.');
  pass(DIGESTS.maxAgeMs + HOUR_MS);
  expect(await run()).toBeNull();
  expect(mails).toHaveLength(1);
});

describe('DG4 a mail server that does not take', () => {
  test.for(['permanent', 'temporary'] as const)(
    'the words of one person (%s) does not silence the others',
    async (kind) => {
      const { chat, run, mails, pass, state } = await scene();
      state.filter = { word: 'POISON', kind };
      await chat('Low at noon.');
      await chat('POISON');
      pass(HOUR_MS);
      await chat('High at six.');
      // What is not ripe yet has its turn.
      expect(await run()).toBe(60);
      expect(mails.map(({ subject }) => subject)).toEqual(['You have 2 unread notifications']);
      const [{ text, html, unsubscribe }] = mails as [Mail];
      expect(`${text}${html}`).not.toMatch(/POISON|Low|ada|Plan/);
      expect(text).toContain('2 in your inbox:\n    https://docs.example.org/');
      expect(text).toContain(unsubscribe!.href);
      pass(HOUR_MS);
      await run();
      expect(mails[1]!.text).toContain('High at six.');
      expect(mails).toHaveLength(2);
    },
  );

  test('a mail to this address leaves what comes later a job', async () => {
    const { chat, run, waits, mails, pass, state } = await scene();
    await chat('Low.');
    pass(HOUR_MS);
    await chat('High.');
    state.failure = 'permanent';
    await expect(run()).rejects.toThrow(PermanentJobError);
    expect(waits()).toBe(60);
    state.failure = null;
    pass(HOUR_MS);
    await run();
    expect(mails.map(({ text }) => text.includes('High.'))).toEqual([true]);
  });

  test('any mail for hours loses no digest', async () => {
    const { chat, run, mails, pass, state } = await scene();
    await chat('Low.');
    pass(HOUR_MS);
    Object.assign(state, { failure: 'temporary', attempt: DIGESTS.maxAttempts - 1 });
    await expect(run()).rejects.toThrow('temporary');
    state.attempt = DIGESTS.maxAttempts;
    for (let hours = 0; hours < 24; hours++) {
      expect(await run()).toBe(60);
      pass(HOUR_MS);
    }
    Object.assign(state, { failure: null, attempt: 1 });
    expect(await run()).toBeNull();
    expect(mails).toHaveLength(1);
    // What is too old is given up.
    await chat('High.');
    pass(DIGESTS.maxAgeMs + HOUR_MS);
    Object.assign(state, { failure: 'temporary', attempt: DIGESTS.maxAttempts });
    expect(await run()).toBeNull();
  });

  test('is not asked by a job that has to stop', async () => {
    const { db, chat, run, mails, pass } = await scene();
    await chat('Low.');
    pass(HOUR_MS);
    const stopping = new AbortController();
    stopping.abort();
    await expect(run('ed', stopping)).rejects.toThrow();
    expect((await readDigest(db, 'ed')).mark).toBe('');
    expect(mails).toEqual([]);
    await run();
    expect(mails).toHaveLength(1);
  });
});

test('DG5 what a person did who was blocked is not mailed', async () => {
  const { db, chat, run, mails, pass, fixture } = await scene();
  await chat('Low.');
  pass(HOUR_MS);
  await db.updateTable('user').set({ blocked_at: fixture.now }).where('id', '=', 'ada').execute();
  expect(await run()).toBeNull();
  expect(mails).toEqual([]);
});

describe('DG6 a mail', () => {
  test('has no words of a request, which anybody may write', async () => {
    const { db, run, mails, pass, chat } = await scene();
    await chat('Low at noon.');
    await db.updateTable('notification').set({ kind: 'request' }).execute();
    await db.updateTable('document').set({ owner: 'ed' }).where('id', '=', document).execute();
    pass(HOUR_MS);
    await run();
    expect(mails[0]!.text).toContain('asks for access to');
    expect(mails[0]!.text).not.toContain('Low at noon');
  });

  test('escapes what people wrote, and names no more than it may', async () => {
    const { fixture, chat, run, mails, pass } = await scene();
    const name = '\u202E<b>Ada</b> & "co"';
    await fixture.do('ada', { name: 'profile:change', input: { name } });
    const title = '<script>alert(1)</script>';
    await fixture.do('ada', { name: 'document:rename', input: { document, title } });
    for (let i = 0; i < DIGESTS.maxListed + 5; i++) await chat(`<img src=x onerror=a(${i})>`);
    pass(HOUR_MS);
    await run();
    const [{ subject, text, html = '', unsubscribe }] = mails as [Mail];
    // Nothing turns the words around it.
    expect(subject).toBe(
      `\u2068<b>Ada</b> & "co"\u2069 mentioned you in “\u2068${title}\u2069”, and ${DIGESTS.maxListed + 4} more`,
    );
    expect(html).not.toMatch(/<script|<img|<b>/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&lt;img src=x onerror=a(24)&gt;');
    expect(html).toContain('And 5 more in your inbox');
    expect(text.match(/#message=/g)).toHaveLength(DIGESTS.maxListed);
    expect(text).toContain(`https://docs.example.org/d/${document}#message=`);
    expect(text).toContain('https://docs.example.org/#account=mails');
    expect(text).toContain(unsubscribe!.href);
    for (const link of html.matchAll(/href="([^"]*)"/g))
      expect(link[1]).toMatch(/^https:\/\/docs\.example\.org\//);
  });

  test('leaves words out where the operator wants that', async () => {
    const { chat, run, mails, pass } = await scene({ hasExcerpts: false });
    await chat('Low at noon.');
    pass(HOUR_MS);
    await run();
    expect(mails[0]!.text).toContain('Plan');
    expect(`${mails[0]!.text}${mails[0]!.html}`).not.toContain('Low at noon');
  });
});

test('DG8 a node that has mailed too many goes on later, and loses none', async () => {
  const { chat, run, mails, pass } = await scene({ burst: 1 });
  await chat('Low.');
  pass(HOUR_MS);
  await run();
  await chat('High.');
  pass(2 * HOUR_MS);
  expect(await run()).toBe(1);
  expect(mails).toHaveLength(1);
});

test('DG8 many who are over the rate ask again later, and no query was made for them', async () => {
  const { db, chat, run, pass, state } = await scene({ burst: 0 });
  await chat('Low.');
  pass(HOUR_MS);
  await db.destroy();
  state.random = 1;
  expect(await run()).toBe(1);
  for (let waiting = 0; waiting < 5 * 60; waiting++) await run();
  expect(await run()).toBe(5);
  for (let waiting = 0; waiting < 60 * 60; waiting++) await run();
  expect(await run()).toBe(15);
  state.random = 0;
  expect(await run()).toBe(1);
});
