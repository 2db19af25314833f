/** The job that mails a link for an account: to set a new password (AC25), or to confirm the address (AC27). */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  createJob,
  PermanentJobError,
  type JobHandler,
  type JobType,
} from '../jobs/job-handler.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { MailFailure, type Mailer } from '../mail/mailer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { credentialDigest, findEmailIdentity, hasStillCredential } from '../storage/identities.ts';
import type { JobStore, NewJob } from '../storage/jobs/job-store.ts';
import {
  addOneTime,
  deleteOneTime,
  findOneTimesOf,
  oneTimeHash,
} from '../storage/one-time-tokens.ts';
import type { Database } from '../storage/tables.ts';
import type { IdentityRow, OneTimeRow } from '../storage/tables/accounts.ts';

const PURPOSES = ['password-reset', 'verification'] as const;
export type LinkPurpose = (typeof PURPOSES)[number];

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

Set it here within eight hours. The link works once, signs out all devices, revokes all API tokens, switches off all webhooks and removes all passkeys:

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
  const input = { user, purpose, credential };
  return createJob(LINK_MAIL, { key: jobKey(purpose, email), input });
}

/**
 * Whether another link is mailed: not while the person has several that go on working for long, no matter who has
 * asked for them. So nobody who asks for somebody else keeps them from having one (AC28).
 *
 * @param links of the account that work, the newest first.
 */
export function isLinkDue(
  links: readonly Pick<OneTimeRow, 'created_at'>[],
  { purpose, at }: { readonly purpose: LinkPurpose; readonly at: number },
): boolean {
  const [newest] = links;
  if (newest === undefined || links.length < ACCOUNTS.maxOpenLinks) return true;
  return at - newest.created_at >= LINKS[purpose].lifetimeMs / 2;
}

const jobKey = (purpose: LinkPurpose, email: string): string => `${purpose} ${mailKey(email)}`;

/** Names an address where it has no place. */
export function mailKey(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}

/**
 * Whether a new password ends the links that were mailed before. Of an address that nobody has confirmed, its reader is
 * more than who signed up with it, and could otherwise be kept from ever having a link that works (AC25).
 */
export const endsLinks = ({ verified_at }: Pick<IdentityRow, 'verified_at'>): boolean =>
  verified_at !== null;

const isAsRequested = (email: IdentityRow, credential: string): boolean =>
  !endsLinks(email) || credentialDigest(email.credential) === credential;

export function linkMail({
  db,
  jobs,
  mailer,
  publicUrl,
  clock,
  rates,
}: {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: URL;
  readonly clock: Pick<Clock, 'now'>;
  /** Of mails to one address, and of all (AC28). */
  readonly rates: { readonly toAddress: KeyedRateLimiter; readonly all: KeyedRateLimiter };
}): JobHandler<'link-mail', Input> {
  return {
    ...LINK_MAIL,
    maxFailures: ACCOUNTS.maxMailFailures,
    async run(input, { signal }) {
      const { user, purpose, credential } = input;
      const email = user === null ? undefined : await findEmailIdentity(db, user);
      if (email === undefined || !isAsRequested(email, credential)) return;
      const at = clock.now();
      const about = { purpose, subject: email.user };
      if (!isLinkDue(await findOneTimesOf(db, { ...about, at }), { purpose, at })) return;
      const to = mailKey(email.subject);
      if (!rates.toAddress.has(to)) return;
      if (!rates.all.tryTake('all')) {
        // No failure: after some of those, a mail is given up.
        const key = jobKey(purpose, email.subject);
        const again = createJob(LINK_MAIL, { key, input, delayMs: ACCOUNTS.mailWaitMs });
        return await jobs.enqueue([again]);
      }
      rates.toAddress.tryTake(to);
      const { lifetimeMs, fragment, subject, text } = LINKS[purpose];
      // The job has no token, so that the database has nothing but its digest.
      const token = randomBytes(ACCOUNTS.oneTimeBytes).toString('base64url');
      const hash = oneTimeHash(token);
      await addOneTime(db, { ...about, hash, at, expiresAt: at + lifetimeMs });
      // A new password deletes links: those that it did not see yet end here.
      if (endsLinks(email) && !(await hasStillCredential(db, email)))
        return await deleteOneTime(db, hash);
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
