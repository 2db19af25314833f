/** What a person signs in with, and how they remove one of it: AC24 and PK9 in `accounts/README.md`. */
import type { Context } from 'hono';
import type { OidcProviders } from '../accounts/oidc-providers.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { forbidden } from '../commands/handlers/outcomes.ts';
import { ApiError } from '../http/api-error.ts';
import type { Caller } from '../http/origin-policy.ts';
import type { RelyingParties } from '../http/relying-party.ts';
import {
  findIdentitiesOf,
  findOtherWay,
  workingIdentities,
  type IdentityKey,
} from '../storage/identities.ts';
import { listPasskeys, wayOfPasskey, type ListedPasskey } from '../storage/passkeys.ts';
import type { Database } from '../storage/tables.ts';
import type { IdentityRow } from '../storage/tables/accounts.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';

export interface SignInWaysOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly providers: OidcProviders;
  readonly relyingParties: RelyingParties;
}

interface FoundWays {
  readonly identities: readonly IdentityRow[];
  readonly passkeys: readonly ListedPasskey[];
  readonly passkeysHere: readonly ListedPasskey[];
  /** Those that work on this server at this address. */
  readonly working: readonly IdentityKey[];
}

export class SignInWays {
  readonly #options: SignInWaysOptions;

  constructor(options: SignInWaysOptions) {
    this.#options = options;
  }

  async find(user: string, caller: Caller): Promise<FoundWays> {
    const { db, relyingParties } = this.#options;
    const identities = await findIdentitiesOf(db, user);
    const passkeys = await listPasskeys(db, user);
    const passkeysHere = passkeys.filter(({ host }) => relyingParties.isInUse(host, caller));
    const working = [...this.#workingOf(identities), ...passkeysHere.map(wayOfPasskey)];
    return { identities, passkeys, passkeysHere, working };
  }

  /** @returns with what a person signs in, besides passkeys; null for one who cannot. */
  async findIdentity(user: string): Promise<IdentityKey | null> {
    const [first] = this.#workingOf(await findIdentitiesOf(this.#options.db, user));
    return first ?? null;
  }

  #workingOf(identities: readonly IdentityRow[]): readonly IdentityKey[] {
    const { providers } = this.#options;
    return workingIdentities(identities, (issuer) => providers.idOf(issuer) !== null);
  }

  /** Removes an identity of a provider, or a passkey. @throws ApiError */
  async remove(context: Context<ApiEnvironment>, identity: IdentityKey): Promise<void> {
    const { user, session } = context.var;
    // Pages name their origin when they change something: without one, no passkey is known to work.
    const { origin = 'null', host } = context.env.incoming.headers;
    const { working } = await this.find(user.id, { origin, host });
    const keeps = findOtherWay(working, identity);
    if (keeps === null) throw ApiError.from(forbidden('last-way-of-person').error);
    const call = { name: 'account:unlink', input: { identity, keeps, session } } as const;
    await runCommand(this.#options.runner, { user: user.id, session, call });
  }
}
