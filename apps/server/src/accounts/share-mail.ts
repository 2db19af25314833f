/** The job that mails an address which was given a role in a document (IA3). It says nothing of the document but where it is. */
import { z } from 'zod';
import { documentId } from '@tandem/protocol';
import {
  createJob,
  PermanentJobError,
  type JobHandler,
  type JobType,
} from '../jobs/job-handler.ts';
import { ACCOUNTS, SHARING } from '../storage/limits.ts';
import { REQUEST_RATES } from '../limits.ts';
import { MailFailure, type Mailer } from '../mail/mailer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { findInvited } from '../storage/invited-addresses.ts';
import type { JobStore, NewJob } from '../storage/jobs/job-store.ts';
import { readServerSettings } from '../storage/server-settings.ts';
import type { Database } from '../storage/tables.ts';
import { mailKey } from './link-mail.ts';

interface Input {
  readonly document: string;
  readonly address: string;
}

const SHARE_MAIL: JobType<'share-mail', Input> = {
  kind: 'share-mail',
  input: z.strictObject({ document: documentId, address: z.email() }),
};

/** One mail about a document waits for an address. */
export function shareMailJob(input: Input): NewJob {
  return createJob(SHARE_MAIL, { key: jobKey(input), input });
}

/** After this time, an address that had its mails may have another one. */
const ADDRESS_WAIT_MS = 1_000 / REQUEST_RATES.shareMailsToAddress.perSecond;
const DAY_MS = 24 * 60 * 60_000;

const jobKey = ({ document, address }: Input): string => `${document} ${mailKey(address)}`;

export function shareMail({
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
  /** Of mails to one address, and of all (IA4): links to accounts have others, so that they wait for none of these. */
  readonly rates: { readonly toAddress: KeyedRateLimiter; readonly all: KeyedRateLimiter };
}): JobHandler<'share-mail', Input> {
  return {
    ...SHARE_MAIL,
    maxFailures: ACCOUNTS.maxMailFailures,
    async run(input, { signal }) {
      const invited = await findInvited(db, input);
      // It was withdrawn, or its person has come.
      if (invited === undefined || invited.expires_at <= clock.now()) return;
      const wait = async (delayMs: number) =>
        await jobs.enqueue([createJob(SHARE_MAIL, { key: jobKey(input), input, delayMs })]);
      const to = mailKey(input.address);
      // Nobody fills an inbox.
      if (!rates.toAddress.tryTake(to)) return await wait(ADDRESS_WAIT_MS);
      if (!rates.all.tryTake('all')) {
        rates.toAddress.refund(to);
        return await wait(ACCOUNTS.mailWaitMs);
      }
      const { host } = publicUrl;
      const link = new URL(`/d/${input.document}`, publicUrl).href;
      const subject = `A document on ${host} was shared with you`;
      const { registration } = await readServerSettings(db);
      const text = textOf({ host, link, takesAccounts: registration === 'open' });
      try {
        await mailer.send({ to: input.address, subject, text }, signal);
      } catch (error) {
        // Without an answer, the mail may have arrived: nobody gets it twice.
        if (error instanceof MailFailure && error.kind !== 'temporary')
          throw new PermanentJobError(error.message);
        // Nothing has arrived, and the next attempts need what the address may have.
        rates.toAddress.refund(to);
        throw error;
      }
    },
  };
}

/** No name and no title: both are texts that anybody may write, to any address. */
function textOf({
  host,
  link,
  takesAccounts,
}: {
  readonly host: string;
  readonly link: string;
  /** Whether everybody may have an account there. */
  readonly takesAccounts: boolean;
}): string {
  const without = takesAccounts
    ? ' Without one, create an account there and confirm the address.'
    : '';
  return `Somebody has shared a document on ${host} with this e-mail address:

${link}

Open it within ${SHARING.invitedForMs / DAY_MS} days, and sign in to an account whose confirmed address this is.${without}

If you expect nothing from ${host}, do nothing.
`;
}
