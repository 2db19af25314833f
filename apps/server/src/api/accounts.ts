/** Wires the routes of accounts: passwords, passkeys, OpenID providers, devices, API tokens, and what administrators decide. */
import type { IncomingMessage } from 'node:http';
import type { Hono } from 'hono';
import type { Administrators } from '../accounts/administrators.ts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { CurrentSettings } from '../accounts/current-settings.ts';
import { OidcProviders } from '../accounts/oidc-providers.ts';
import type { People } from '../accounts/people.ts';
import type { SignInRates } from '../accounts/sign-in-rate.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Secrets } from '../configuration/setting-schemas.ts';
import type { CookiePolicy } from '../http/cookie-policy.ts';
import { RelyingParties } from '../http/relying-party.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { Log } from '../runtime/log.ts';
import { readServerFigures } from '../storage/server-figures.ts';
import type { Database } from '../storage/tables.ts';
import { accountEntry } from './account-entry.ts';
import { accountRoutes } from './account-routes.ts';
import { apiTokenRoutes } from './api-token-routes.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import type { AccountRoutes } from './api-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { KnownBrowsers } from './known-browsers.ts';
import { newSession } from './new-session.ts';
import { groupAdministrationRoutes } from './group-routes.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { peopleAdministrationRoutes } from './people-administration-routes.ts';
import { serverRoutes } from './server-routes.ts';
import type { SessionAnswer } from './session-answer.ts';
import { signInAttempts } from './sign-in-attempts.ts';
import { SignInWays } from './sign-in-ways.ts';
import { webhookRoutes } from './webhook-routes.ts';

export interface AccountsOptions {
  readonly configuration: Pick<
    Configuration,
    | 'publicUrl'
    | 'mode'
    | 'oidcProviders'
    | 'allowGuests'
    | 'mail'
    | 'databaseUrl'
    | 'webhookAllowedHosts'
    | 'webhooks'
  >;
  readonly secrets: Secrets;
  readonly db: Database;
  readonly people: People;
  readonly administrators: Administrators;
  readonly settings: CurrentSettings;
  readonly authenticator: Authenticator;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly sessions: SessionAnswer;
  readonly cookies: CookiePolicy;
  readonly rates: SignInRates;
  readonly passkeyRate: KeyedRateLimiter;
  readonly mailRate: KeyedRateLimiter;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly signedIn: SignedInMiddleware;
  /** Admits guests, too, where people have to sign in. */
  readonly signedInOrGuest: SignedInMiddleware;
  readonly log: Log;
}

export function createAccounts(options: AccountsOptions): {
  /** Below `/api`. */
  readonly routes: AccountRoutes;
  /** Below `/sign-in`. */
  readonly pages: Hono<ApiEnvironment>;
} {
  const { configuration, rates, signedInOrGuest } = options;
  const providers = new OidcProviders(
    configuration.oidcProviders,
    (id) => new URL(`/sign-in/oidc/${id}`, configuration.publicUrl ?? undefined).href,
  );
  const sendsMail = configuration.mail !== null;
  const relyingParties = new RelyingParties(configuration);
  const shared = {
    ...{ ...options, providers, relyingParties },
    browsers: new KnownBrowsers(options),
    ways: new SignInWays({ ...options, providers, relyingParties }),
    enterAccount: accountEntry(options),
  };
  const oidc = oidcRoutes({ ...options, providers, newSession, attempts: rates.address });
  return {
    routes: [
      accountRoutes({
        ...{ ...shared, sendsMail, signedIn: signedInOrGuest },
        countAttempt: signInAttempts({ ...options, offersReset: sendsMail }),
        allowGuests: options.configuration.allowGuests,
      }),
      passkeyRoutes({
        ...shared,
        challengeRate: options.passkeyRate,
        // A new password is no help with a passkey.
        countAttempt: signInAttempts({ ...options, offersReset: false }),
      }),
      apiTokenRoutes(options),
      webhookRoutes(options),
      oidc.api,
      serverRoutes(options),
      auditRoutes(options),
      groupAdministrationRoutes(options),
      peopleAdministrationRoutes({
        ...shared,
        readFigures: () =>
          readServerFigures(options.db, configuration.databaseUrl === null ? 'sqlite' : 'postgres'),
      }),
    ],
    pages: oidc.pages,
  };
}
