/** Requests of the API about accounts. */
import type { Client } from '@tandem/client';
import { session, type Session } from '@tandem/protocol';
import {
  account,
  deviceSessions,
  newInvitation,
  oidcRedirect,
  serverAdministration,
  signedInSession,
  signInOptions,
  type Account as AccountFacts,
  type AddressVerification,
  type ConnectedIdentity,
  type DeviceSession,
  type OidcStart,
  type PasswordChange,
  type PasswordReset,
  type PasswordSignIn,
  type PasswordSignUp,
  type NewInvitation,
  type ServerAdministration,
  type ServerSettingsPatch,
  type SignedInSession,
  type SignInOptions,
} from '@tandem/protocol/accounts';
import {
  apiTokens,
  newApiToken,
  type ApiToken,
  type ApiTokenCreate,
} from '@tandem/protocol/api-tokens';
import {
  passkeyCreation,
  passkeyRequest,
  passkeys,
  type Passkey,
  type PasskeyAssertion,
  type PasskeyCreated,
  type PasskeyCreation,
  type PasskeyRequest,
} from '@tandem/protocol/passkeys';
import {
  newWebhook,
  webhooks,
  type NewWebhook,
  type Webhook,
  type WebhookCreate,
} from '@tandem/protocol/webhooks';
import type { Account } from '../session/account.ts';
import { get, patch, post, type RequestOptions } from '../session/request.ts';

/** Each may throw RequestFailed. */
export class AccountRequests {
  readonly #account: Account;
  readonly #client: Client;

  constructor({ account, client }: { readonly account: Account; readonly client: Client }) {
    this.#account = account;
    this.#client = client;
  }

  async read(): Promise<AccountFacts> {
    const facts = await get('/api/account', { answer: account, fetch: this.#client.fetch });
    this.#account.rememberAccount(!facts.isGuest);
    return facts;
  }

  async signUp(body: PasswordSignUp): Promise<Session> {
    return await this.#account.begin(() => this.#post('sign-up', { body, answer: session }));
  }

  async signIn(body: PasswordSignIn): Promise<SignedInSession> {
    return await this.#account.begin(() =>
      this.#post('sign-in', { body, answer: signedInSession }),
    );
  }

  async requestReset(email: string): Promise<void> {
    await this.#post('reset', { body: { email } });
  }

  /** Signs out all devices. */
  async resetPassword(body: PasswordReset): Promise<void> {
    await this.#post('reset/finish', { body });
  }

  async requestVerification(): Promise<void> {
    await this.#post('verification');
  }

  async verify(body: AddressVerification): Promise<void> {
    await this.#post('verification/finish', { body });
  }

  async chooseMails(frequency: AccountFacts['mails']): Promise<void> {
    await this.#post('mails', { body: { frequency } });
  }

  async readOptions(): Promise<SignInOptions> {
    return await get('/api/account/options', { answer: signInOptions, fetch: this.#client.fetch });
  }

  /** @returns the provider's address, to which the browser goes. */
  async startOidc(body: OidcStart): Promise<string> {
    const { url } = await this.#post('oidc', { body, answer: oidcRedirect });
    return url;
  }

  async readServer(): Promise<ServerAdministration> {
    return await get('/api/server', { answer: serverAdministration, fetch: this.#client.fetch });
  }

  async changeServer(body: ServerSettingsPatch): Promise<void> {
    await patch('/api/server', { body, fetch: this.#client.fetch });
  }

  async invite(): Promise<NewInvitation> {
    return await post('/api/server/invitations', {
      answer: newInvitation,
      fetch: this.#client.fetch,
    });
  }

  async endInvitation(invitation: string): Promise<void> {
    await post('/api/server/invitations/end', {
      body: { invitation },
      fetch: this.#client.fetch,
    });
  }

  async changePassword(body: PasswordChange): Promise<void> {
    await this.#post('password', { body });
  }

  /** Shows again who the person is. */
  async confirm(password: string): Promise<void> {
    await this.#post('confirm', { body: { password } });
  }

  async removeIdentity({ issuer, subject }: ConnectedIdentity): Promise<void> {
    await this.#post('identities/remove', { body: { issuer, subject } });
  }

  async listPasskeys(): Promise<readonly Passkey[]> {
    const answer = await get('/api/account/passkeys', {
      answer: passkeys,
      fetch: this.#client.fetch,
    });
    return answer.passkeys;
  }

  /** What the browser needs to make one. */
  async startPasskey(): Promise<PasskeyCreation> {
    return await this.#post('passkeys/options', { answer: passkeyCreation });
  }

  async addPasskey(body: {
    readonly name: string;
    readonly credential: PasskeyCreated;
  }): Promise<void> {
    await this.#post('passkeys', { body });
  }

  async renamePasskey(id: string, name: string): Promise<void> {
    await this.#post('passkeys/rename', { body: { passkey: id, name } });
  }

  async removePasskey(id: string): Promise<void> {
    await this.#post('passkeys/remove', { body: { passkey: id } });
  }

  /** What the browser needs to sign in with one. */
  async requestPasskey(): Promise<PasskeyRequest> {
    return await this.#post('passkeys/sign-in/options', { answer: passkeyRequest });
  }

  async signInByPasskey(body: {
    readonly credential: PasskeyAssertion;
    readonly as?: string;
  }): Promise<SignedInSession> {
    return await this.#account.begin(() =>
      this.#post('passkeys/sign-in', { body, answer: signedInSession }),
    );
  }

  /** What the browser needs to show with a passkey of the account who its person is. */
  async requestOwnPasskey(): Promise<PasskeyRequest> {
    return await this.#post('passkeys/confirm/options', { answer: passkeyRequest });
  }

  async confirmByPasskey(credential: PasskeyAssertion): Promise<void> {
    await this.#post('passkeys/confirm', { body: { credential } });
  }

  async listSessions(): Promise<readonly DeviceSession[]> {
    const { sessions } = await get('/api/account/sessions', {
      answer: deviceSessions,
      fetch: this.#client.fetch,
    });
    return sessions;
  }

  /** @param id null: all but this one. */
  async endSession(id: string | null): Promise<void> {
    await this.#post('sessions/end', { body: { session: id } });
  }

  async listTokens(): Promise<readonly ApiToken[]> {
    const { tokens } = await get('/api/account/tokens', {
      answer: apiTokens,
      fetch: this.#client.fetch,
    });
    return tokens;
  }

  /** @returns the token, which the server does not show again. */
  async createToken(body: ApiTokenCreate): Promise<string> {
    const { token } = await this.#post('tokens', { body, answer: newApiToken });
    return token;
  }

  async endToken(id: string): Promise<void> {
    await this.#post('tokens/end', { body: { token: id } });
  }

  async listWebhooks(): Promise<readonly Webhook[]> {
    const found = await get('/api/account/webhooks', {
      answer: webhooks,
      fetch: this.#client.fetch,
    });
    return found.webhooks;
  }

  /** @returns its secret, too, which the server does not show again. */
  async createWebhook(body: WebhookCreate): Promise<NewWebhook> {
    return await this.#post('webhooks', { body, answer: newWebhook });
  }

  /** @returns its new secret, too; the one before has ended. */
  async rotateWebhook(webhook: string): Promise<NewWebhook> {
    return await this.#post('webhooks/rotate', { body: { webhook }, answer: newWebhook });
  }

  async changeWebhook(webhook: string, to: 'test' | 'pause' | 'resume' | 'end'): Promise<void> {
    await this.#post(`webhooks/${to}`, { body: { webhook } });
  }

  async chooseForGuest(take: boolean): Promise<void> {
    await this.#post('guest', { body: { take } });
  }

  #post<T = undefined>(path: string, options: RequestOptions<T> = {}): Promise<T> {
    return post(`/api/account/${path}`, { ...options, fetch: this.#client.fetch });
  }
}
