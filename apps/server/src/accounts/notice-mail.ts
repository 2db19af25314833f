/** The job that mails a person that somebody, probably they, has changed what signs in to their account: AC32 in README.md. */
import { z } from 'zod';
import {
  createJob,
  PermanentJobError,
  type JobHandler,
  type JobType,
} from '../jobs/job-handler.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { MailFailure, type Mailer } from '../mail/mailer.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { findEmailIdentity } from '../storage/identities.ts';
import type { JobStore, NewJob } from '../storage/jobs/job-store.ts';
import type { Database } from '../storage/tables.ts';

/** - `password-and-passkeys`: a new password, with which all passkeys were removed */
const CHANGES = [
  'passkey-added',
  'passkey-removed',
  'passkeys-removed-by-administrator',
  'identity-connected',
  'identity-removed',
  'password-changed',
  'password-and-passkeys',
] as const;
export type NoticedChange = (typeof CHANGES)[number];

interface Input {
  readonly user: string;
  readonly change: NoticedChange;
  readonly at: number;
}

const NOTICE_MAIL: JobType<'notice-mail', Input> = {
  kind: 'notice-mail',
  input: z.strictObject({ user: z.string(), change: z.enum(CHANGES), at: z.number() }),
};

/** @param command the id of the command that has made the change. */
export function noticeMailJob(command: string, input: Input): NewJob {
  return createJob(NOTICE_MAIL, { key: command, input });
}

/** Drops the notices of a server without mails. */
export const droppedNotices: JobHandler<'notice-mail', Input> = {
  ...NOTICE_MAIL,
  run: () => Promise.resolve(),
};

export function noticeMail({
  db,
  jobs,
  mailer,
  publicUrl,
  rates,
}: {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: URL;
  /** Notices to one person, and all mails of the server (AC28). */
  readonly rates: { readonly noticesToPerson: KeyedRateLimiter; readonly all: KeyedRateLimiter };
}): JobHandler<'notice-mail', Input> {
  return {
    ...NOTICE_MAIL,
    maxFailures: ACCOUNTS.maxMailFailures,
    async run(input, { id, signal }) {
      const email = await findEmailIdentity(db, input.user);
      // An address that nobody has confirmed may be somebody else's.
      if (email === undefined || email.verified_at === null) return;
      // The last one has said that no more come.
      if (!rates.noticesToPerson.has(input.user)) return;
      if (!rates.all.tryTake('all')) {
        // No failure: after some of those, a mail is given up.
        const again = createJob(NOTICE_MAIL, { key: id, input, delayMs: ACCOUNTS.mailWaitMs });
        return await jobs.enqueue([again]);
      }
      rates.noticesToPerson.tryTake(input.user);
      const { host } = publicUrl;
      const mail = { to: email.subject, subject: SUBJECTS[input.change](host) };
      const isLast = !rates.noticesToPerson.has(input.user);
      try {
        await mailer.send({ ...mail, text: textOf(input, { publicUrl, isLast }) }, signal);
      } catch (error) {
        // It is tried again, and may be the last one.
        rates.noticesToPerson.refund(input.user);
        if (error instanceof MailFailure && error.kind === 'permanent')
          throw new PermanentJobError(error.message);
        throw error;
      }
    },
  };
}

const SUBJECTS: Readonly<Record<NoticedChange, (host: string) => string>> = {
  'passkey-added': (host) => `A passkey was added to your account for Tandem on ${host}`,
  'passkey-removed': (host) => `A passkey was removed from your account for Tandem on ${host}`,
  'passkeys-removed-by-administrator': (host) =>
    `Your passkeys were removed from your account for Tandem on ${host}`,
  'identity-connected': (host) =>
    `A way to sign in was added to your account for Tandem on ${host}`,
  'identity-removed': (host) =>
    `A way to sign in was removed from your account for Tandem on ${host}`,
  'password-changed': (host) => `Your password for Tandem on ${host} was changed`,
  'password-and-passkeys': (host) =>
    `Your password for Tandem on ${host} was changed, and your passkeys were removed`,
};

function textOf(
  { change, at }: Input,
  { publicUrl, isLast }: { readonly publicUrl: URL; readonly isLast: boolean },
): string {
  const time = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const advice = change === 'passkeys-removed-by-administrator' ? BY_ADMINISTRATOR : BY_YOU;
  return `${SUBJECTS[change](publicUrl.host)}, at ${time} UTC.

${advice}

${publicUrl.href}
${isLast ? `\n${LAST}\n` : ''}`;
}

const LAST =
  'There were many such changes. You are not mailed about further ones within the next hour: look there at your account, which lists all ways to sign in.';

const BY_ADMINISTRATOR =
  'An administrator of the server did this, so that nobody else signs in with a passkey as you. You are signed out everywhere, your API tokens are revoked, and your webhooks are switched off. Sign in in another way, and add new passkeys:';

const BY_YOU = `If it was you, do nothing.

If it was not, somebody else can sign in as you. Open this address, choose "Sign in" and "Forgot the password?", and set a new password by the link that you are mailed. It signs out all devices, revokes all API tokens, switches off all webhooks and removes all passkeys. Then look which services are connected, and disconnect those that you do not know:`;
