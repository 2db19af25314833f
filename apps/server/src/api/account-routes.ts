/** Accounts: signing up and in, the password, and the sessions of a person's devices. Rules: `accounts/README.md`. */
import type { IncomingMessage } from 'node:http';
import { Hono, type Context } from 'hono';
import { ulid } from 'ulid';
import {
  addressVerification,
  guestChoice,
  identityRemoval,
  mailChoice,
  passwordChange,
  passwordConfirmation,
  passwordReset,
  passwordResetRequest,
  passwordSignIn,
  passwordSignUp,
  sessionEnd,
  type Account,
  type DeviceSessions,
  type SignInOptions,
} from '@tandem/protocol/accounts';
import type { User } from '@tandem/protocol';
import type { Administrators } from '../accounts/administrators.ts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { CurrentSettings } from '../accounts/current-settings.ts';
import { guestColor, guestName } from '../accounts/guest-name.ts';
import { hashPassword, isPassword } from '../accounts/password-hash.ts';
import type { OidcProviders } from '../accounts/oidc-providers.ts';
import type { SignedIn } from '../accounts/people.ts';
import { siteOf } from '../accounts/sign-in-rate.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { ApiError } from '../http/api-error.ts';
import type { RelyingParties } from '../http/relying-party.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { countOfferedDocuments, findOfferedGuests } from '../storage/guest-offers.ts';
import {
  EMAIL_ISSUER,
  findEmailIdentity,
  findIdentity,
  findOtherWay,
} from '../storage/identities.ts';
import { readDigest } from '../storage/digests.ts';
import { findOneTime, oneTimeHash } from '../storage/one-time-tokens.ts';
import { findSession, isConfirmed, listSessions } from '../storage/sessions.ts';
import type { Database } from '../storage/tables.ts';
import { findUser } from '../storage/users.ts';
import { anotherPerson, type EnterAccount } from './account-entry.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import { newSession } from './new-session.ts';
import { inTurn } from './password-hashing.ts';
import { readBody } from './request-body.ts';
import type { SessionAnswer } from './session-answer.ts';
import { ATTEMPT_RETRY_MS, type CountAttempt } from './sign-in-attempts.ts';
import type { SignInWays } from './sign-in-ways.ts';

export interface AccountRoutesOptions {
  readonly db: Database;
  readonly administrators: Administrators;
  readonly authenticator: Authenticator;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly sessions: SessionAnswer;
  readonly settings: CurrentSettings;
  readonly providers: OidcProviders;
  readonly relyingParties: RelyingParties;
  readonly ways: SignInWays;
  readonly browsers: KnownBrowsers;
  readonly countAttempt: CountAttempt;
  readonly enterAccount: EnterAccount;
  /** Of asking for mails, by network (AC28). */
  readonly mailRate: KeyedRateLimiter;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly signedIn: SignedInMiddleware;
  readonly allowGuests: boolean;
  readonly sendsMail: boolean;
}

export function accountRoutes(options: AccountRoutesOptions) {
  const { db, administrators, authenticator, runner, sessions, signedIn } = options;
  const { ways, browsers, countAttempt, enterAccount } = options;

  const findCaller = (context: Context<ApiEnvironment>): Promise<SignedIn | null> =>
    authenticator.findGuestByHeaders((name) => context.req.header(name));

  const beginSession = (context: Context<ApiEnvironment>, replaces: string | null) =>
    newSession(context, { replaces, address: options.addressOf(context.env.incoming) });

  /** @throws ApiError */
  const requireMail = (): void => {
    if (!options.sendsMail) throw new ApiError('not-found', { detail: NO_MAIL });
  };

  /**
   * By the network alone: whom the mail is for may not be refused because of what others have asked for (AC28).
   *
   * @param device of a browser that is known to an account whose address is confirmed. @throws ApiError
   */
  const countMail = (context: Context<ApiEnvironment>, device: string | null = null): void => {
    const address = options.addressOf(context.env.incoming);
    if (device !== null) countAttempt(context, 'mail', device);
    else if (address !== null && !options.mailRate.tryTake(siteOf(address)))
      throw new ApiError('too-many', { detail: TOO_MANY_MAILS, retryAfterMs: ATTEMPT_RETRY_MS });
  };

  /** @returns the hash that the password matches. @throws ApiError */
  const verifyPassword = async (
    context: Context<ApiEnvironment>,
    { password, detail }: { readonly password: string; readonly detail: string },
  ): Promise<string> => {
    const { user } = context.var;
    const email = await findEmailIdentity(db, user.id);
    if (email === undefined) throw new ApiError('forbidden', { detail: NO_PASSWORD });
    // By the session: somebody who guesses the password would keep its owner from changing it.
    countAttempt(context, `password ${user.id}`, context.var.session);
    const isRight = await inTurn(isPassword(email.credential, password, 'known'));
    if (email.credential === null || !isRight) throw new ApiError('forbidden', { detail });
    return email.credential;
  };

  return new Hono<ApiEnvironment>()
    .get('/account', signedIn, async (context) => {
      const { user, session: id } = context.var;
      const row = await findUser(db, user.id);
      const session = await findSession(db, id);
      const { origin, host } = context.env.incoming.headers;
      const { identities, passkeysHere, working } = await ways.find(user.id, { origin, host });
      const email = identities.find(({ issuer }) => issuer === EMAIL_ISSUER);
      const answer: Account = {
        user,
        isGuest: row === undefined || row.registered_at === null,
        hasPasskeysHere: passkeysHere.length > 0,
        isAdministrator: administrators.has(user.id),
        email: email?.subject ?? null,
        identities: identities
          .filter(({ issuer }) => issuer !== EMAIL_ISSUER)
          .map((identity) => ({
            issuer: identity.issuer,
            subject: identity.subject,
            provider: options.providers.idOf(identity.issuer),
            connectedAt: identity.created_at,
            isRemovable: findOtherWay(working, identity) !== null,
          })),
        isConfirmed: session !== undefined && isConfirmed(session, systemClock.now()),
        isEmailVerified: email !== undefined && email.verified_at !== null,
        hasPassword: email !== undefined && email.credential !== null,
        guestDocuments: await countOfferedDocuments(db, user.id),
        mails: (await readDigest(db, user.id)).frequency,
      };
      return context.json(answer);
    })
    .get('/account/options', (context) => {
      const answer: SignInOptions = {
        settings: options.settings.get(),
        providers: [...options.providers.list()],
        sendsMail: options.sendsMail,
        passkeyOrigin: options.relyingParties.onlyOrigin,
      };
      return context.json(answer);
    })
    .post('/account/sign-up', async (context) => {
      const { email, password, invitation } = await readBody(context, passwordSignUp);
      countAttempt(context, email);
      const guest = await findCaller(context);
      if (guest === null && !options.allowGuests && invitation === undefined)
        throw refuseWithoutInvitation();
      const id = guest?.user.id ?? ulid();
      const profile = guest === null ? { name: guestName(), color: guestColor() } : null;
      const passwordHash = await inTurn(hashPassword(password, 'unknown'));
      const { cookie, start } = beginSession(context, guest?.session ?? null);
      const input = {
        ...{ session: start, profile },
        identity: { issuer: EMAIL_ISSUER, subject: email, credential: passwordHash },
        invitation: invitation === undefined ? null : oneTimeHash(invitation),
      };
      const call = { name: 'account:sign-up', input } as const;
      await runCommand(runner, { user: id, session: guest?.session ?? null, call });
      const user = guest?.user ?? ({ id, ...profile } as User);
      const begun = { user, isGuest: false, session: start.id, cookie };
      const answer = await sessions.write(context, begun);
      await browsers.remember(context, { ...input.identity, user: id });
      return context.json(answer);
    })
    .post('/account/sign-in', async (context) => {
      const { email, password, as } = await readBody(context, passwordSignIn);
      const identity = await findIdentity(db, { issuer: EMAIL_ISSUER, subject: email });
      const device = await browsers.find(context, identity);
      countAttempt(context, email, device);
      const browser = device === null ? 'unknown' : 'known';
      const isRight = await inTurn(isPassword(identity?.credential ?? null, password, browser));
      if (identity === undefined || !isRight)
        throw new ApiError('forbidden', {
          detail: 'The e-mail address or the password is not right. Check both and try again.',
        });
      if (as !== undefined && identity.user !== as) throw anotherPerson();
      const { issuer, subject, credential } = identity;
      const shown = { issuer, subject, credential, verifiedEmail: null };
      const answer = await enterAccount(context, identity.user, (entry) => ({
        ...{ name: 'account:sign-in', input: { ...entry, identity: shown } },
      }));
      await browsers.remember(context, identity);
      return context.json(answer);
    })
    .post('/account/reset', async (context) => {
      const { email } = await readBody(context, passwordResetRequest);
      requireMail();
      // Unknown browsers get the same answers for known and unknown addresses (AC5).
      const identity = await findIdentity(db, { issuer: EMAIL_ISSUER, subject: email });
      const isConfirmedAddress = identity !== undefined && identity.verified_at !== null;
      countMail(context, await browsers.find(context, isConfirmedAddress ? identity : undefined));
      const call = { name: 'account:request-reset', input: { email } } as const;
      await runCommand(runner, { user: SERVER, session: null, call });
      return context.body(null, 204);
    })
    .post('/account/reset/finish', async (context) => {
      const { token, password } = await readBody(context, passwordReset);
      const tokenHash = oneTimeHash(token);
      const at = systemClock.now();
      const link = await findOneTime(db, { hash: tokenHash, purpose: 'password-reset', at });
      // Who has a link that works, is not refused because of what others in the same network try.
      countAttempt(context, 'reset', link === null ? null : tokenHash);
      if (link === null) throw new ApiError('forbidden', { detail: RESET_OVER });
      const passwordHash = await inTurn(hashPassword(password, 'known'));
      const call = { name: 'account:reset-password', input: { tokenHash, passwordHash } } as const;
      await runCommand(runner, { user: link.subject, session: null, call });
      const identity = await findEmailIdentity(db, link.subject);
      if (identity?.credential === passwordHash) await browsers.remember(context, identity);
      return context.body(null, 204);
    })
    .post('/account/password', signedIn, async (context) => {
      const {
        current,
        password,
        removesPasskeys = false,
      } = await readBody(context, passwordChange);
      const { user, session } = context.var;
      const verifiedHash = await verifyPassword(context, {
        password: current,
        detail: 'Your current password is not right.',
      });
      const passwordHash = await inTurn(hashPassword(password, 'known'));
      const input = { passwordHash, verifiedHash, session, removesPasskeys };
      const call = { name: 'account:change-password', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      const identity = await findEmailIdentity(db, user.id);
      if (identity?.credential === passwordHash) await browsers.remember(context, identity);
      return context.body(null, 204);
    })
    .post('/account/verification', signedIn, async (context) => {
      const { user, session } = context.var;
      requireMail();
      countMail(context);
      const call = { name: 'account:request-verification', input: {} } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/account/verification/finish', signedIn, async (context) => {
      const { token, as } = await readBody(context, addressVerification);
      const { user, session } = context.var;
      if (as !== user.id) throw new ApiError('forbidden', { detail: OTHER_ACCOUNT });
      const call = { name: 'account:verify', input: { tokenHash: oneTimeHash(token) } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/account/mails', signedIn, async (context) => {
      const { frequency } = await readBody(context, mailChoice);
      const { user, session } = context.var;
      const call = { name: 'account:choose-mails', input: { frequency } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/account/confirm', signedIn, async (context) => {
      const { password } = await readBody(context, passwordConfirmation);
      const { user, session } = context.var;
      const detail = 'This is not your password. Nothing was changed. Try again.';
      const verifiedHash = await verifyPassword(context, { password, detail });
      const call = { name: 'account:confirm', input: { session, verifiedHash } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/account/identities/remove', signedIn, async (context) => {
      await ways.remove(context, await readBody(context, identityRemoval));
      return context.body(null, 204);
    })
    .get('/account/sessions', signedIn, async (context) => {
      const { user, session } = context.var;
      const rows = await listSessions(db, { user: user.id, at: systemClock.now() });
      const answer: DeviceSessions = {
        sessions: rows.map(({ id, agent, created_at, used_at }) => ({
          id,
          agent,
          createdAt: created_at,
          usedAt: used_at,
          isThis: id === session,
        })),
      };
      return context.json(answer);
    })
    .post('/account/sessions/end', signedIn, async (context) => {
      const { session: only } = await readBody(context, sessionEnd);
      const { user, session } = context.var;
      const input = only === null ? { except: session } : { only };
      const call = { name: 'account:end-sessions', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/account/guest', signedIn, async (context) => {
      const { take } = await readBody(context, guestChoice);
      const { user, session } = context.var;
      for (const guest of await findOfferedGuests(db, user.id)) {
        const call = { name: 'account:merge-guest', input: { guest, take } } as const;
        await runCommand(runner, { user: user.id, session, call });
      }
      return context.body(null, 204);
    });
}

/** Of commands that nobody has signed in for. */
const SERVER = 'server';
const TOO_MANY_MAILS =
  'Many mails were asked for from your network. Nothing is lost. Wait a minute and ask again, or ask from another network.';
const NO_MAIL = 'This server sends no mails. Ask the person who runs it for help.';
const RESET_OVER =
  'This link was used already, or it is older than eight hours. Ask for another one to set a new password.';
const OTHER_ACCOUNT =
  'This browser is signed in to another account now. Nothing was confirmed. Open the link again.';
const NO_PASSWORD = 'Your account has no password.';

function refuseWithoutInvitation(): ApiError {
  return new ApiError('forbidden', {
    detail: 'This server is for people who were invited. Ask the person who runs it for a link.',
  });
}
