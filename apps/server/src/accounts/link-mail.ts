/** The job that mails a link for an account: to set a new password (AC25), or to confirm the address (AC27). */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createJob, type JobHandler, type JobType } from '../jobs/job-handler.ts';
import { ACCOUNTS } from '../limits.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Clock } from '../runtime/clock.ts';
import { findEmailIdentity } from '../storage/identities.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import {
  addOneTime,
  countOneTime,
  deleteOneTime,
  oneTimeHash,
} from '../storage/one-time-tokens.ts';
import type { Database } from '../storage/tables.ts';

const PURPOSES = ['password-reset', 'verification'] as const;
type LinkPurpose = (typeof PURPOSES)[number];

interface Input {
  readonly user: string;
  readonly purpose: LinkPurpose;
}

interface LinkMail {
  readonly lifetimeMs: number;
  /** In the part of the address that no server sees. */
  readonly fragment: string;
  subject(host: string): string;
  text(facts: { readonly host: string; readonly link: string }): string;
}

const LINKS: Readonly<Record<LinkPurpose, LinkMail>> = {
  'password-reset': {
    lifetimeMs: ACCOUNTS.resetLifetimeMs,
    fragment: 'reset',
    subject: (host) => `Set a new password for Tandem on ${host}`,
    text: ({ host, link }) =>
      `Somebody, probably you, asked for a new password for the account with this e-mail address on ${host}.

Set it here within 30 minutes. The link works once, and signs out all devices:

${link}

If you did not ask for it, do nothing. Your password stays as it is.
`,
  },
  verification: {
    lifetimeMs: ACCOUNTS.verificationLifetimeMs,
    fragment: 'verify',
    subject: (host) => `Confirm your e-mail address for Tandem on ${host}`,
    text: ({ host, link }) =>
      `Somebody, probably you, has an account with this e-mail address on ${host}.

Confirm within a day that the address is yours, in a browser in which you are signed in:

${link}

If the account is not yours, do nothing.
`,
  },
};

const LINK_MAIL: JobType<'link-mail', Input> = {
  kind: 'link-mail',
  input: z.strictObject({ user: z.string(), purpose: z.enum(PURPOSES) }),
};

/** One mail of each purpose waits for a person, however often it was asked for. */
export function linkMailJob(input: Input): NewJob {
  return createJob(LINK_MAIL, { key: `${input.purpose} ${input.user}`, input });
}

export function linkMail({
  db,
  mailer,
  publicUrl,
  clock,
}: {
  readonly db: Database;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: URL;
  readonly clock: Pick<Clock, 'now'>;
}): JobHandler<'link-mail', Input> {
  return {
    ...LINK_MAIL,
    maxFailures: ACCOUNTS.maxMailFailures,
    async run({ user, purpose }) {
      const email = await findEmailIdentity(db, user);
      if (email === undefined) return;
      const at = clock.now();
      const about = { purpose, subject: user };
      if ((await countOneTime(db, { ...about, at })) >= ACCOUNTS.maxOpenLinks) return;
      const { lifetimeMs, fragment, subject, text } = LINKS[purpose];
      // The job has no token, so that the database has nothing but its digest.
      const token = randomBytes(ACCOUNTS.oneTimeBytes).toString('base64url');
      const hash = oneTimeHash(token);
      await addOneTime(db, { ...about, hash, at, expiresAt: at + lifetimeMs });
      try {
        const { host } = publicUrl;
        const link = new URL(`/#${fragment}=${token}`, publicUrl).href;
        await mailer.send({
          to: email.subject,
          subject: subject(host),
          text: text({ host, link }),
        });
      } catch (error) {
        await deleteOneTime(db, hash);
        throw error;
      }
    },
  };
}
