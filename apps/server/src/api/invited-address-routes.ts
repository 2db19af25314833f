/** Adding people to a document by their address: IA1 to IA4. */
import { Hono } from 'hono';
import {
  addressInvitation,
  addressWithdrawal,
  type Directory,
  type InvitedAddresses,
} from '@tandem/protocol/directory';
import type { CommandRunner } from '../commands/command-runner.ts';
import { ApiError } from '../http/api-error.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { directoryOf } from '../storage/directory.ts';
import { findInvited, listInvited } from '../storage/invited-addresses.ts';
import type { Database } from '../storage/tables.ts';
import { findUser } from '../storage/users.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { requireAccess } from './document-access.ts';
import { readBody } from './request-body.ts';

export interface InvitedAddressRoutesOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly directory: Directory;
  /** Of one person in a day: addresses that are not listed yet, whatever becomes of them (IA4). */
  readonly invitationRate: KeyedRateLimiter;
  readonly sendsMail: boolean;
  /** Whether there is any way to know whose an address is (IA2). */
  readonly verifiesAddresses: boolean;
}

const RETRY_MS = 60 * 60_000;
const TOO_MANY =
  'You have added many addresses today. Nothing is lost. Add this one tomorrow, or send the link yourself.';
const NOT_VERIFIED =
  'This server sends no mails and knows no service to sign in with, so it cannot find out whose an address is. Send the link instead.';

export function invitedAddressRoutes({
  db,
  runner,
  directory,
  invitationRate,
  sendsMail,
  verifiesAddresses,
}: InvitedAddressRoutesOptions) {
  const offerTo = async (user: string): Promise<InvitedAddresses['addresses']> => {
    if (!verifiesAddresses) return 'off';
    if ((await findUser(db, user))?.registered_at == null) return 'account-needed';
    return sendsMail ? 'mailed' : 'not-mailed';
  };

  return new Hono<ApiEnvironment>()
    .get('/', async (context) => {
      const { id: user } = context.var.user;
      const { document } = await requireAccess(db, context, { action: 'share' });
      const rows = await listInvited(db, { document: document.id, at: systemClock.now() });
      const answer: InvitedAddresses = {
        directory: await directoryOf(db, { user, directory }),
        addresses: await offerTo(user),
        invited: rows.map(({ address, role, at, expires_at }) => ({
          ...{ email: address, role, invitedAt: at, expiresAt: expires_at },
        })),
      };
      return context.json(answer);
    })
    .post('/', async (context) => {
      const { user, session } = context.var;
      const { email: address, role } = await readBody(context, addressInvitation);
      const { document } = await requireAccess(db, context, { action: 'share' });
      if (!verifiesAddresses) throw new ApiError('forbidden', { detail: NOT_VERIFIED });
      const earlier = await findInvited(db, { document: document.id, address });
      const isListed = earlier !== undefined && earlier.expires_at > systemClock.now();
      if (!isListed && !invitationRate.tryTake(user.id))
        throw new ApiError('too-many', { detail: TOO_MANY, retryAfterMs: RETRY_MS });
      // One that is withdrawn at this moment is mailed by no request that has taken nothing.
      const isMailed = sendsMail && !isListed;
      const input = { document: document.id, address, role, isMailed };
      const call = { name: 'address:invite', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/withdraw', async (context) => {
      const { user, session } = context.var;
      const { email: address } = await readBody(context, addressWithdrawal);
      const { document } = await requireAccess(db, context, { action: 'share' });
      const input = { document: document.id, address };
      const call = { name: 'address:withdraw', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    });
}
