/** Signing in by an OpenID provider: AC15 to AC18 in `accounts/README.md`. */
import type { IncomingMessage } from 'node:http';
import { Hono, type Context } from 'hono';
import { ulid } from 'ulid';
import { z } from 'zod';
import { oidcStart, type OidcRedirect } from '@tandem/protocol/accounts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { CookiePlace } from '../accounts/cookie.ts';
import { guestColor, guestName } from '../accounts/guest-name.ts';
import type { OidcPerson, OidcProviders } from '../accounts/oidc-providers.ts';
import type { People, SignedIn } from '../accounts/people.ts';
import { SealedCookie } from '../accounts/sealed-cookie.ts';
import { siteOf } from '../accounts/sign-in-rate.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { ApiError } from '../http/api-error.ts';
import { isPublicHttps } from '../http/request-scheme.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { Log } from '../runtime/log.ts';
import { countOfferedDocuments } from '../storage/guest-offers.ts';
import { EMAIL_ISSUER, findIdentity, wasRemoved } from '../storage/identities.ts';
import { findSession, isConfirmed } from '../storage/sessions.ts';
import { oneTimeHash } from '../storage/one-time-tokens.ts';
import type { Database } from '../storage/tables.ts';
import { findUser } from '../storage/users.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import type { NewSession } from './new-session.ts';
import { ownPath } from './own-path.ts';
import { readBody } from './request-body.ts';
import type { SessionAnswer } from './session-answer.ts';

export interface OidcRoutesOptions {
  readonly configuration: Pick<Configuration, 'publicUrl'>;
  readonly db: Database;
  readonly people: People;
  readonly authenticator: Authenticator;
  readonly providers: OidcProviders;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly sessions: SessionAnswer;
  readonly newSession: NewSession;
  readonly secrets: Secrets;
  /** Attempts to sign in, by network (AC6). */
  readonly attempts: KeyedRateLimiter;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly log: Log;
}

const flowCookie = z.object({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  at: z.number(),
  to: z.string(),
  /** The session in which the flow began: it ends where it began. */
  session: z.string().nullable(),
  as: z.string().nullable(),
  purpose: oidcStart.shape.purpose,
  invitation: z.string().nullable(),
});
type Flow = z.infer<typeof flowCookie>;

/** What the page tells the person; see `account/sign-in-problem.ts` of the web application. */
type Problem = 'provider' | 'over' | 'another-person' | 'taken' | 'blocked' | 'refused';

class SignInProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}

/** @returns the route that begins, below `/api`, and those to which providers lead back. */
export function oidcRoutes(options: OidcRoutesOptions) {
  const { configuration, db, authenticator, providers, runner, log } = options;
  const cookie = new SealedCookie({
    name: 'tandem_oidc',
    path: '/sign-in',
    schema: flowCookie,
    lifetimeMs: ACCOUNTS.oidcLifetimeMs,
    secrets: options.secrets,
  });
  /** Never embedded: providers lead back to the whole window. */
  const placeOf = (context: Context<ApiEnvironment>): CookiePlace =>
    isPublicHttps(context.env.incoming.headers, configuration.publicUrl) ? 'secure' : 'plain';
  /** Each start, and each return, may ask a provider (AC6). */
  const countAttempt = (context: Context<ApiEnvironment>): void => {
    const address = options.addressOf(context.env.incoming);
    if (address !== null && !options.attempts.tryTake(siteOf(address)))
      throw new ApiError('too-many', { retryAfterMs: RETRY_MS });
  };
  const findCaller = (context: Context<ApiEnvironment>): Promise<SignedIn | null> =>
    authenticator.findGuestByHeaders((name) => context.req.header(name));

  const api = new Hono<ApiEnvironment>().post('/account/oidc', async (context) => {
    const { provider, to, as, purpose, invitation } = await readBody(context, oidcStart);
    countAttempt(context);
    if (!providers.has(provider)) throw new ApiError('not-found', { detail: NO_PROVIDER });
    const caller = await findCaller(context);
    if (purpose !== 'sign-in' && (caller === null || caller.isGuest))
      throw new ApiError('unauthenticated');
    if (purpose === 'link') await requireConfirmed(caller as SignedIn);
    const isAgain = purpose === 'confirm';
    const { url, flow } = await providers.begin(provider, { isAgain }).catch((error: unknown) => {
      log.warn({ err: error, provider }, 'an OpenID provider could not be discovered');
      throw new ApiError('overloaded', { detail: NO_ANSWER, retryAfterMs: 5_000 });
    });
    const content: Flow = {
      ...flow,
      ...{ to: ownPath(to), purpose, session: caller?.session ?? null },
      as: purpose === 'confirm' ? (caller as SignedIn).user.id : (as ?? null),
      invitation: invitation === undefined ? null : oneTimeHash(invitation),
    };
    context.header('Set-Cookie', await cookie.write(content, placeOf(context)));
    return context.json({ url } satisfies OidcRedirect);
  });

  const pages = new Hono<ApiEnvironment>().get('/oidc/:provider', async (context) => {
    const flow = await cookie.read(context.req.header('Cookie'), placeOf(context));
    context.header('Cache-Control', 'no-store');
    context.header('Set-Cookie', cookie.end(placeOf(context)));
    try {
      if (flow === null || flow.provider !== context.req.param('provider'))
        throw new SignInProblem('over');
      countAttempt(context);
      const hasGuest = await finish(context, flow);
      return context.redirect(backTo(flow, hasGuest ? 'guest' : 'done'));
    } catch (error) {
      return context.redirect(backTo(flow, problemOf(error)));
    }
  });
  return { api, pages };

  /** @returns whether the person may take over what this browser's guest wrote. */
  async function finish(context: Context<ApiEnvironment>, flow: Flow): Promise<boolean> {
    const query = new URL(context.req.url).search;
    const isAgain = flow.purpose === 'confirm';
    const person = await providers.finish(query, { ...flow, isAgain }).catch((error: unknown) => {
      log.warn({ err: error, provider: flow.provider }, 'a sign-in by OpenID failed');
      throw new SignInProblem('provider');
    });
    const caller = await findCaller(context);
    // A page that was planted in another browser ends there.
    if ((caller?.session ?? null) !== flow.session) throw new SignInProblem('over');
    const owner = await findOwner(person);
    if (flow.purpose === 'link') {
      await link(caller as SignedIn, person, owner);
      return false;
    }
    if (flow.as !== null && owner !== flow.as) throw new SignInProblem('another-person');
    if (owner !== null && (await isBlocked(db, owner))) throw new SignInProblem('blocked');
    const { cookie: value, start: begun } = options.newSession(context, {
      replaces: caller?.session ?? null,
      address: options.addressOf(context.env.incoming),
    });
    const start = { ...begun, confirmedAt: person.authenticatedAt ?? 0 };
    const id = owner ?? (caller?.isGuest === false ? null : (caller?.user.id ?? ulid()));
    if (id === null) throw new SignInProblem('another-person');
    if (owner === null) {
      const profile = caller === null ? { name: guestName(), color: guestColor() } : null;
      const identity = { ...keyOf(person), credential: null, verifiedAddress: person.email };
      const input = { identity, session: start, profile, invitation: flow.invitation };
      const call = { name: 'account:sign-up', input } as const;
      await runCommand(runner, { user: id, session: caller?.session ?? null, call });
    } else {
      const guest = caller === null || caller.user.id === owner ? null : caller.user.id;
      const identity = { ...keyOf(person), credential: null, verifiedEmail: person.email };
      const input = { session: start, guest, identity };
      const call = { name: 'account:sign-in', input } as const;
      await runCommand(runner, { user: id, session: null, call });
    }
    const user = await options.people.find(id);
    if (user === null) throw new SignInProblem('refused');
    await options.sessions.write(context, {
      user,
      isGuest: false,
      session: start.id,
      cookie: value,
    });
    return (await countOfferedDocuments(db, id)) > 0;
  }

  /** Also an hour-old page of a stolen browser connects nothing (AC23). @throws ApiError */
  async function requireConfirmed({ session: id }: SignedIn): Promise<void> {
    const session = await findSession(db, id);
    if (session !== undefined && isConfirmed(session, systemClock.now())) return;
    throw new ApiError('forbidden', { detail: CONFIRM_FIRST });
  }

  /** By the identity; by the address only where both sides know that it is the person's (AC17). */
  async function findOwner(person: OidcPerson): Promise<string | null> {
    const known = await findIdentity(db, keyOf(person));
    if (known !== undefined) return known.user;
    if (person.email === null) return null;
    const local = await findIdentity(db, { issuer: EMAIL_ISSUER, subject: person.email });
    if (local === undefined || local.verified_at === null) return null;
    const { user } = local;
    return (await wasRemoved(db, { ...keyOf(person), user })) ? null : user;
  }

  async function link(caller: SignedIn, person: OidcPerson, owner: string | null): Promise<void> {
    if (owner !== null && owner !== caller.user.id) throw new SignInProblem('taken');
    const identity = { ...keyOf(person), verifiedAddress: person.email };
    const call = { name: 'account:link', input: { identity } } as const;
    await runCommand(runner, { user: caller.user.id, session: caller.session, call });
  }
}

/** Where the page tells the result: the dialog of the account, or what a sign-in leads to. */
function backTo(flow: Flow | null, result: Problem | 'done' | 'guest'): string {
  const about = flow === null || flow.purpose === 'sign-in' ? 'sign-in' : 'account';
  return `${flow?.to ?? '/'}#${about}=${result}`;
}

async function isBlocked(db: Database, user: string): Promise<boolean> {
  const row = await findUser(db, user);
  return row !== undefined && row.blocked_at !== null;
}

/** @throws what is no answer to the person. */
function problemOf(error: unknown): Problem {
  if (error instanceof SignInProblem) return error.problem;
  if (!(error instanceof ApiError)) throw error;
  const { code } = error.body;
  if (code === 'unauthenticated') return 'over';
  return code === 'forbidden' ? 'refused' : 'provider';
}

const keyOf = ({ issuer, subject }: OidcPerson) => ({ issuer, subject });

const RETRY_MS = 2_000;
const CONFIRM_FIRST =
  'Show first that it is you: enter your password, or sign in again. Nothing was connected.';
const NO_PROVIDER = 'This server has no such way to sign in. Reload the page.';
const NO_ANSWER =
  'The service that you sign in with does not answer. Nothing is lost. Try again in a moment.';
