/** Passkeys: to add, list, rename and remove them, and to sign in with them. PK1 to PK13 in `accounts/README.md`. */
import type { IncomingMessage } from 'node:http';
import { Hono, type Context } from 'hono';
import { MAX_PASSKEYS } from '@tandem/protocol';
import {
  passkeyAddition,
  passkeyConfirmation,
  passkeyRemoval,
  passkeyRenaming,
  passkeySignIn,
  type PasskeyAssertion,
  type PasskeyCreated,
  type PasskeyCreation,
  type PasskeyRequest,
  type Passkeys,
} from '@tandem/protocol/passkeys';
import type { Credentials } from '../accounts/device-cookie.ts';
import { PasskeyChallenges, type ChallengeFor } from '../accounts/passkey-challenges.ts';
import {
  challengeOf,
  PASSKEY_ALGORITHMS,
  PasskeyRefused,
  userHandleOf,
  type PasskeyContext,
  type RelyingParty,
} from '../accounts/passkey-ceremony.ts';
import { siteOf } from '../accounts/sign-in-rate.ts';
import type { CommandRunner, ShownPasskey } from '../commands/command-runner.ts';
import { forbidden, type ForbiddenReason } from '../commands/handlers/outcomes.ts';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { ApiError } from '../http/api-error.ts';
import type { CookiePolicy } from '../http/cookie-policy.ts';
import type { RelyingParties } from '../http/relying-party.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { Log } from '../runtime/log.ts';
import { findEmailIdentity, findOtherWay } from '../storage/identities.ts';
import type { SealedToken } from '../storage/one-time-tokens.ts';
import {
  findPasskey,
  listPasskeys,
  transportsOf,
  wayOfPasskey,
  type ListedPasskey,
} from '../storage/passkeys.ts';
import { findSession, isConfirmed } from '../storage/sessions.ts';
import type { Database } from '../storage/tables.ts';
import type { PasskeyRow } from '../storage/tables/accounts.ts';
import { findUser } from '../storage/users.ts';
import { anotherPerson, type EnterAccount } from './account-entry.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { cookiesOf, type KnownBrowsers } from './known-browsers.ts';
import { readBody } from './request-body.ts';
import type { CountAttempt } from './sign-in-attempts.ts';
import type { SignInWays } from './sign-in-ways.ts';

export interface PasskeyRoutesOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly relyingParties: RelyingParties;
  readonly ways: SignInWays;
  readonly secrets: Secrets;
  readonly cookies: CookiePolicy;
  readonly browsers: KnownBrowsers;
  readonly countAttempt: CountAttempt;
  readonly enterAccount: EnterAccount;
  /** Challenges to sign in (PK11). */
  readonly challengeRate: KeyedRateLimiter;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly signedIn: SignedInMiddleware;
  readonly log: Log;
}

type RequestContext = Context<ApiEnvironment>;

interface OpenChallenge extends PasskeyContext {
  readonly token: SealedToken;
}

export function passkeyRoutes(options: PasskeyRoutesOptions) {
  const { db, runner, signedIn, ways, browsers, countAttempt, enterAccount, log } = options;
  const challenges = new PasskeyChallenges(options.secrets, systemClock);

  /** @throws ApiError */
  const partyOf = (context: RequestContext): RelyingParty => {
    const { origin, host } = context.env.incoming.headers;
    const party = options.relyingParties.of({ origin, host });
    if (party === null) throw new ApiError('forbidden', { detail: NOT_HERE });
    return party;
  };

  /**
   * By the browser, where it has signed in to any account: others in its network do not use up what it has. Challenges of
   * people who are signed in count among their other changes.
   *
   * @throws ApiError
   */
  const countChallenge = async (context: RequestContext): Promise<void> => {
    const device = await browsers.deviceOf(context);
    const address = options.addressOf(context.env.incoming);
    const key = device ?? (address === null ? null : siteOf(address));
    if (key !== null && !options.challengeRate.tryTake(key))
      throw new ApiError('too-many', { retryAfterMs: CHALLENGE_RETRY_MS });
  };

  const createChallenge = async (context: RequestContext, of: ChallengeFor): Promise<string> => {
    const request = cookiesOf(context, options.cookies);
    const { challenge, cookie } = await challenges.create(request, of);
    context.header('Set-Cookie', cookie, { append: true });
    return challenge;
  };

  /** @returns the challenge that was answered; its command uses it up. @throws ApiError */
  const findChallenge = async (
    context: RequestContext,
    credential: PasskeyCreated | PasskeyAssertion,
    target: ChallengeFor,
  ): Promise<OpenChallenge> => {
    const relyingParty = partyOf(context);
    const challenge = challengeOf(credential);
    const request = cookiesOf(context, options.cookies);
    const token = await challenges.find(request, challenge, target);
    if (token === 'no-cookie') throw new ApiError('not-found', { detail: NO_COOKIE });
    if (token === 'over' || challenge === null) throw new ApiError('not-found', { detail: OVER });
    return { relyingParty, challenge, token };
  };

  /** @throws ApiError in the same words for each reason (PK5). */
  const refuseUnverified = async <T>(detail: string, verify: () => Promise<T>): Promise<T> => {
    try {
      return await verify();
    } catch (error) {
      if (!(error instanceof PasskeyRefused)) throw error;
      log.info({ reason: error.message.slice(0, MAX_REASON_LENGTH) }, 'a passkey was refused');
      throw new ApiError('forbidden', { detail });
    }
  };

  const verifyShown = async (
    credential: PasskeyAssertion,
    known: PasskeyRow | undefined,
    { token, ...checked }: OpenChallenge,
  ): Promise<{ readonly passkey: PasskeyRow; readonly shown: ShownPasskey }> => {
    const { verifyAssertion } = await loadVerifier();
    const { counter, passkey } = await refuseUnverified(NOT_ACCEPTED, () =>
      verifyAssertion(credential, known, checked),
    );
    return { passkey, shown: { id: passkey.id, counter, challenge: token } };
  };

  /** The command compares the count, in its transaction; the operator learns what it has refused (PK8). */
  const warnOfCopy = async <T>(
    { user, counter: before }: PasskeyRow,
    { counter }: ShownPasskey,
    run: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ApiError && error.body.message === COPIED)
        log.warn(
          { user, counter, before },
          'a passkey has counted backwards: there may be a copy of it',
        );
      throw error;
    }
  };

  return new Hono<ApiEnvironment>()
    .get('/account/passkeys', signedIn, async (context) => {
      const { origin, host } = context.env.incoming.headers;
      const { passkeys, working } = await ways.find(context.var.user.id, { origin, host });
      const answer: Passkeys = {
        passkeys: passkeys.map((row) => ({
          id: row.id,
          name: row.name,
          host: row.host,
          createdAt: row.created_at,
          usedAt: row.used_at,
          isRemovable: findOtherWay(working, wayOfPasskey(row)) !== null,
        })),
      };
      return context.json(answer);
    })
    .post('/account/passkeys/options', signedIn, async (context) => {
      const { host } = partyOf(context);
      const { user, session: id } = context.var;
      const row = await findUser(db, user.id);
      if (row === undefined || row.registered_at === null) throw refusal('account-for-passkeys');
      // The challenge carries this to the command, however long the browser's dialog is open (AC23).
      const session = await findSession(db, id);
      if (session === undefined || !isConfirmed(session, systemClock.now()))
        throw refusal('confirm-first');
      const own = await listPasskeys(db, user.id);
      // Later, the device would have a passkey that signs in nowhere.
      if (own.length >= MAX_PASSKEYS) throw refusal('too-many-passkeys');
      const email = await findEmailIdentity(db, user.id);
      const answer: PasskeyCreation = {
        challenge: await createChallenge(context, { purpose: 'addition', session: id }),
        rp: { id: host, name: 'Tandem' },
        user: {
          id: userHandleOf(user.id),
          name: email?.subject ?? user.name,
          displayName: user.name,
        },
        pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        timeout: ACCOUNTS.passkeyChallengeLifetimeMs,
        excludeCredentials: own.filter((passkey) => passkey.host === host).map(toDescriptor),
        authenticatorSelection: {
          ...{ residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        },
        attestation: 'none',
      };
      return context.json(answer);
    })
    .post('/account/passkeys', signedIn, async (context) => {
      const { name, credential } = await readBody(context, passkeyAddition);
      const { user, session } = context.var;
      const target = { purpose: 'addition', session } as const;
      // First: guests, who get no challenge, take nothing of what the known browsers of their network have.
      const { token, ...checked } = await findChallenge(context, credential, target);
      const counted = countAttempt(context, `new passkey ${user.id}`, session);
      const { verifyCreated } = await loadVerifier();
      const passkey = await refuseUnverified(NOT_ADDED, () => verifyCreated(credential, checked));
      const call = { name: 'passkey:add', input: { passkey, name, challenge: token } } as const;
      await runCommand(runner, { user: user.id, session, call });
      counted.refundAll();
      await browsers.remember(context, {
        ...{ user: user.id, subject: passkey.id, credential: passkey.publicKey },
      });
      return context.body(null, 204);
    })
    .post('/account/passkeys/rename', signedIn, async (context) => {
      const { passkey: id, name } = await readBody(context, passkeyRenaming);
      const { user, session } = context.var;
      const call = { name: 'passkey:rename', input: { id, name } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/account/passkeys/remove', signedIn, async (context) => {
      const { passkey: id } = await readBody(context, passkeyRemoval);
      await ways.remove(context, wayOfPasskey({ id }));
      return context.body(null, 204);
    })
    .post('/account/passkeys/confirm/options', signedIn, async (context) => {
      const { host } = partyOf(context);
      const { user, session } = context.var;
      const own = (await listPasskeys(db, user.id)).filter((passkey) => passkey.host === host);
      if (own.length === 0) throw new ApiError('forbidden', { detail: NONE_HERE });
      const answer: PasskeyRequest = {
        challenge: await createChallenge(context, { purpose: 'confirmation', session }),
        ...requestFor(host),
        allowCredentials: own.map(toDescriptor),
      };
      return context.json(answer);
    })
    .post('/account/passkeys/confirm', signedIn, async (context) => {
      const { credential } = await readBody(context, passkeyConfirmation);
      const { user, session } = context.var;
      const target = { purpose: 'confirmation', session } as const;
      const open = await findChallenge(context, credential, target);
      // It counts by the session, as the password does (AC31).
      const counted = countAttempt(context, `password ${user.id}`, session);
      const known = await findPasskey(db, credential.id);
      const { passkey, shown } = await verifyShown(credential, known, open);
      if (passkey.user !== user.id) throw new ApiError('forbidden', { detail: NOT_ACCEPTED });
      counted.refundAll();
      const call = { name: 'passkey:confirm', input: { session, passkey: shown } } as const;
      await warnOfCopy(passkey, shown, () => runCommand(runner, { user: user.id, session, call }));
      return context.body(null, 204);
    })
    .post('/account/passkeys/sign-in/options', async (context) => {
      const { host } = partyOf(context);
      await countChallenge(context);
      const answer: PasskeyRequest = {
        challenge: await createChallenge(context, SIGN_IN),
        ...requestFor(host),
        allowCredentials: [],
      };
      return context.json(answer);
    })
    .post('/account/passkeys/sign-in', async (context) => {
      const { credential, as } = await readBody(context, passkeySignIn);
      const known = await findPasskey(db, credential.id);
      const device = await browsers.find(context, known && credentialsOf(known));
      const counted = countAttempt(context, `passkey ${credential.id}`, device);
      const open = await findChallenge(context, credential, SIGN_IN);
      // Only the authenticator says whose the passkey is, where nobody has signed in.
      if (credential.response.userHandle === undefined)
        throw new ApiError('forbidden', { detail: NOT_ACCEPTED });
      const { passkey, shown } = await verifyShown(credential, known, open);
      counted.refundAll();
      if (as !== undefined && passkey.user !== as) throw anotherPerson();
      const answer = await warnOfCopy(passkey, shown, () =>
        enterAccount(context, passkey.user, (entry) => ({
          ...{ name: 'passkey:sign-in', input: { ...entry, passkey: shown } },
        })),
      );
      await browsers.remember(context, credentialsOf(passkey));
      return context.json(answer);
    });
}

/** A third of the server's code, and most servers need it rarely. */
const loadVerifier = () => import('../accounts/passkey-verifier.ts');

const SIGN_IN: ChallengeFor = { purpose: 'sign-in', session: null };

function requestFor(rpId: string) {
  return {
    rpId,
    timeout: ACCOUNTS.passkeyChallengeLifetimeMs,
    userVerification: 'required',
  } as const;
}

function toDescriptor(passkey: ListedPasskey) {
  return { id: passkey.id, type: 'public-key' as const, transports: transportsOf(passkey) };
}

/** What makes a browser known to the account (AC31). */
function credentialsOf({ user, id, public_key }: PasskeyRow): Credentials {
  return { user, subject: id, credential: public_key };
}

function refusal(why: ForbiddenReason): ApiError {
  return ApiError.from(forbidden(why).error);
}

const CHALLENGE_RETRY_MS = 2_000;
/** It may repeat what was sent. */
const MAX_REASON_LENGTH = 200;
const COPIED = forbidden('passkey-copied').error.message;
const NOT_HERE =
  'This page cannot use passkeys: it has no https address with a name, or another one than this server’s. Sign in another way.';
const OVER = 'This took too long, or was begun in another window. Nothing is lost. Try again.';
const NO_COOKIE =
  'This took too long, or your browser keeps no cookies here, without which passkeys do not work. Nothing is lost. Try again, or sign in another way.';
const NONE_HERE =
  'Your account has no passkey for this address. Show in another way that it is you. Nothing was changed.';
const NOT_ACCEPTED =
  'This passkey does not sign in here. It may have been removed. Nothing is lost. Use another one, or sign in another way.';
const NOT_ADDED = 'This passkey does not fit this server. Nothing was changed. Make another one.';
