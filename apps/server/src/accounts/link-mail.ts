/** The job that mails a link for an account: to set a new password (AC25), or to confirm the address (AC27). */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  createJob,
  PermanentJobError,
  type JobHandler,
  type JobType,
} from '../jobs/job-handler.ts';
import { ACCOUNTS } from '../limits.ts';
import { MailFailure, type Mailer } from '../mail/mailer.ts';
import type { Clock } from '../runtime/clock.ts';
import { credentialDigest, findEmailIdentity, hasStillCredential } from '../storage/identities.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import {
  addOneTime,
  countOneTime,
  deleteOneTime,
  oneTimeHash,
} from '../storage/one-time-tokens.ts';
import type { Database, IdentityRow } from '../storage/tables.ts';

const PURPOSES = ['password-reset', 'verification'] as const;
type LinkPurpose = (typeof PURPOSES)[number];

interface Input {
  /** Null when nobody has the address: there is nothing to mail, and nothing from which to tell it (AC25). */
  readonly user: string | null;
  readonly purpose: LinkPurpose;
  /** The digest of the credential at the time of the request: a link does not outlive it (AC25). */
  readonly credential: string;
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
  input: z.strictObject({
    user: z.string().nullable(),
    purpose: z.enum(PURPOSES),
    credential: z.string(),
  }),
};

/**
 * One mail of each purpose waits for an address, however often it was asked for.
 *
 * @param identity of that address; undefined when nobody has it.
 */
export function linkMailJob(
  purpose: LinkPurpose,
  { email, identity }: { readonly email: string; readonly identity: IdentityRow | undefined },
): NewJob {
  const user = identity?.user ?? null;
  const credential = credentialDigest(identity?.credential ?? null);
  const key = `${purpose} ${mailKey(email)}`;
  return createJob(LINK_MAIL, { key, input: { user, purpose, credential } });
}

/** Names an address where it has no place. */
export function mailKey(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}

export function linkMail({
  db,
  mailer,
  publicUrl,
  clock,
  tryCount,
}: {
  readonly db: Database;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: URL;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether this server may send another mail at this moment (AC28). */
  readonly tryCount: () => boolean;
}): JobHandler<'link-mail', Input> {
  return {
    ...LINK_MAIL,
    maxFailures: ACCOUNTS.maxMailFailures,
    async run({ user, purpose, credential }, { signal }) {
      const email = user === null ? undefined : await findEmailIdentity(db, user);
      if (email === undefined || credentialDigest(email.credential) !== credential) return;
      const at = clock.now();
      const about = { purpose, subject: email.user };
      if ((await countOneTime(db, { ...about, at })) >= ACCOUNTS.maxOpenLinks) return;
      if (!tryCount()) throw new Error('there were too many mails');
      const { lifetimeMs, fragment, subject, text } = LINKS[purpose];
      // The job has no token, so that the database has nothing but its digest.
      const token = randomBytes(ACCOUNTS.oneTimeBytes).toString('base64url');
      const hash = oneTimeHash(token);
      await addOneTime(db, { ...about, hash, at, expiresAt: at + lifetimeMs });
      // A new password deletes links: those that it did not see yet end here.
      if (!(await hasStillCredential(db, email))) return await deleteOneTime(db, hash);
      const { host } = publicUrl;
      const link = new URL(`/#${fragment}=${token}`, publicUrl).href;
      const mail = { to: email.subject, subject: subject(host), text: text({ host, link }) };
      try {
        await mailer.send(mail, signal);
      } catch (error) {
        const kind = error instanceof MailFailure ? error.kind : 'temporary';
        // Without an answer, the mail may have arrived: its link has to work.
        if (kind !== 'unanswered') await deleteOneTime(db, hash);
        if (kind === 'permanent') throw new PermanentJobError((error as MailFailure).message);
        throw error;
      }
    },
  };
}
