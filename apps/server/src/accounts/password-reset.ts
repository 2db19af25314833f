/** The job that mails a link with which a person sets a new password: AC25 in `accounts/README.md`. */
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

interface Input {
  readonly user: string;
}

const PASSWORD_RESET: JobType<'password-reset-mail', Input> = {
  kind: 'password-reset-mail',
  input: z.strictObject({ user: z.string() }),
};

/** One mail waits for a person, however often it was asked for. */
export function passwordResetJob(user: string): NewJob {
  return createJob(PASSWORD_RESET, { key: user, input: { user } });
}

export function passwordResetMail({
  db,
  mailer,
  publicUrl,
  clock,
}: {
  readonly db: Database;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: URL;
  readonly clock: Pick<Clock, 'now'>;
}): JobHandler<'password-reset-mail', Input> {
  return {
    ...PASSWORD_RESET,
    maxFailures: ACCOUNTS.maxMailFailures,
    async run({ user }) {
      const email = await findEmailIdentity(db, user);
      if (email === undefined) return;
      const at = clock.now();
      const about = { purpose: 'password-reset', subject: user } as const;
      if ((await countOneTime(db, { ...about, at })) >= ACCOUNTS.maxOpenResets) return;
      // The job has no token, so that the database has nothing but its digest.
      const token = randomBytes(ACCOUNTS.oneTimeBytes).toString('base64url');
      const hash = oneTimeHash(token);
      await addOneTime(db, { ...about, hash, at, expiresAt: at + ACCOUNTS.resetLifetimeMs });
      try {
        const { host } = publicUrl;
        const link = new URL(`/#reset=${token}`, publicUrl).href;
        await mailer.send({
          to: email.subject,
          subject: `Set a new password for Tandem on ${host}`,
          text: textOf({ host, link }),
        });
      } catch (error) {
        await deleteOneTime(db, hash);
        throw error;
      }
    },
  };
}

function textOf({ host, link }: { readonly host: string; readonly link: string }): string {
  const minutes = ACCOUNTS.resetLifetimeMs / 60_000;
  return `Somebody, probably you, asked for a new password for the account with this e-mail address on ${host}.

Set it here within ${minutes} minutes. The link works once, and signs out all devices:

${link}

If you did not ask for it, do nothing. Your password stays as it is.
`;
}
