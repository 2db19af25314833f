/** Mails people what they were notified of and have not read: DG1 to DG8 of README.md. */
import type { Notification, NotificationKind } from '@tandem/protocol';
import { PermanentJobError, type JobHandler } from '../jobs/job-handler.ts';
import { DIGESTS } from './limits.ts';
import { REQUEST_RATES } from '../limits.ts';
import { MailFailure, type Mail, type Mailer } from '../mail/mailer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import {
  findDigestAddresses,
  moveMark,
  moveMarkBack,
  readDigest,
  type Digest,
  type DigestMove,
} from '../storage/digests.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import { readUnread } from '../storage/notifications.ts';
import type { Database } from '../storage/tables.ts';
import { DIGEST, digestJob, type DigestInput } from './digest-job.ts';
import { writeCount, writeDigest, type DigestFacts } from './digest-mail.ts';
import type { UnsubscribeTokens } from './unsubscribe-token.ts';

export interface DigestsOptions {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: URL;
  /** Whether mails have words of messages. */
  readonly hasExcerpts: boolean;
  readonly tokens: UnsubscribeTokens;
  readonly clock: Pick<Clock, 'now'>;
  /** Of all digests of this node. */
  readonly rate: KeyedRateLimiter;
  /** From 0 to 1. */
  readonly random: () => number;
}

export function digests(options: DigestsOptions): JobHandler<'digest', DigestInput> {
  const { db, jobs, mailer, publicUrl, hasExcerpts, tokens, clock, rate, random } = options;
  const again = (user: string, delayMs: number) => jobs.enqueue([digestJob(user, delayMs)]);
  /** Until when the rate is owed to those who were told to wait. */
  let owedUntil = 0;
  // No failure: after some of those, a job is given up. The more there are, the later they ask again.
  const wait = async (user: string): Promise<void> => {
    const at = clock.now();
    const next = Math.max(owedUntil, at) + 1_000 / REQUEST_RATES.digests.perSecond;
    owedUntil = Math.min(next, at + DIGESTS.maxWaitMs);
    const spread = Math.max(0, owedUntil - at - DIGESTS.waitMs);
    await again(user, DIGESTS.waitMs + random() * spread);
  };
  /**
   * One digest has the words of many people: if the server refuses those of one, the others are not silenced with them.
   *
   * @throws MailFailure of the mail that has no words of people.
   */
  const send = async (mail: Mail, facts: DigestFacts, signal: AbortSignal): Promise<void> => {
    try {
      await mailer.send(mail, signal);
    } catch (error) {
      if (!(error instanceof MailFailure && error.isAboutContent)) throw error;
      await mailer.send({ ...mail, ...(await writeCount(facts)) }, signal);
    }
  };
  return {
    ...DIGEST,
    async run({ user }, { attempt, signal }) {
      // Before any query: thousands may wait.
      if (!rate.has('all')) return await wait(user);
      const at = clock.now();
      const address = (await findDigestAddresses(db, [user])).get(user);
      if (address === undefined) return;
      const digest = await readDigest(db, user);
      const since = at - DIGESTS.maxAgeMs;
      const unread = await readUnread(db, user, { after: digest.mark, since });
      const dueAt = findDue(unread, digest);
      if (dueAt === null) return;
      if (dueAt > at) return await again(user, dueAt - at);
      if (!rate.tryTake('all')) return await wait(user);
      // Ids grow with time; by them, what another node has added meanwhile is before the mark or after it.
      const mark = unread.find((one) => isRipe(one, at))!.id;
      const listed = unread.filter(({ id }) => id <= mark);
      const unsubscribe = new URL('/unsubscribe', publicUrl);
      unsubscribe.searchParams.set('token', await tokens.sign(user));
      const facts = { notifications: listed, publicUrl, hasExcerpts, unsubscribe };
      const mail = { to: address, unsubscribe, ...(await writeDigest(facts)) };
      const move: DigestMove = { user, from: digest, to: { mark, sentAt: at } };
      signal.throwIfAborted();
      if (!(await moveMark(db, move))) return;
      const failure = await send(mail, facts, signal).then(
        () => null,
        (error: MailFailure) => error,
      );
      if (failure?.kind === 'temporary') {
        await moveMarkBack(db, move);
        if (attempt < DIGESTS.maxAttempts) throw failure;
        // However long the mail server is away: what waits too long is left out by its age.
        return await again(user, DIGESTS.pauseMs);
      }
      const rest = unread.filter(({ id }) => id > mark);
      const restDueAt = findDue(rest, { ...digest, sentAt: at });
      if (restDueAt !== null) await again(user, restDueAt - at);
      if (failure?.kind === 'permanent') throw new PermanentJobError(failure.message);
      if (failure !== null) throw failure;
    },
  };
}

const isRipe = ({ at: since }: Notification, at: number): boolean => since <= at - DIGESTS.quietMs;

/** Somebody waits for an answer. */
const URGENT: ReadonlySet<NotificationKind> = new Set(['mention', 'request']);

/** When the next digest is due (DG3); null: there is nothing to mail. */
function findDue(
  unread: readonly Notification[],
  { frequency, sentAt }: Pick<Digest, 'frequency' | 'sentAt'>,
): number | null {
  const times = unread.map(({ kind, at }) => {
    const isUrgent = frequency === 'soon' && URGENT.has(kind);
    const gapMs = isUrgent ? DIGESTS.urgentGapMs : DIGESTS.gapMs;
    return Math.max(at + DIGESTS.quietMs, sentAt === null ? 0 : sentAt + gapMs);
  });
  return times.length === 0 ? null : Math.min(...times);
}
