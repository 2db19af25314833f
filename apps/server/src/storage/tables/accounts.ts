/** The rows of people and their accounts: what they sign in with, their programs, and what is recorded of them. */
import type { Generated, Selectable } from 'kysely';
import type { WebhookDelivery, WebhookState } from '@tandem/protocol/webhooks';

export interface UserTable {
  id: string;
  name: string;
  /** As the directory compares it; see `directory.ts`. */
  folded_name: Generated<string>;
  color: number;
  created_at: number;
  /** When the guest became a person with an account; null for a guest. */
  registered_at: number | null;
  is_administrator: Generated<number>;
  /** The account that has taken over everything of this guest. */
  merged_into: string | null;
  /** The account whose person may take over what this guest has, and has not decided yet. */
  offered_to: string | null;
  /** Since when an administrator keeps the person out (AD4). */
  blocked_at: number | null;
}
export type UserRow = Selectable<UserTable>;

export interface SessionTable {
  /** SHA-256 of the cookie, in hex: a reader of the database cannot sign in with it. */
  id: string;
  user: string;
  created_at: number;
  expires_at: number;
  used_at: number;
  /** When the person last showed who they are: by signing in, or by the password again. */
  confirmed_at: number;
  /** The browser, as it names itself. */
  agent: Generated<string>;
}
export type SessionRow = Selectable<SessionTable>;

/** What a person signs in with, besides passkeys. */
export interface IdentityTable {
  /** `email`, or the address of an OpenID provider. */
  issuer: string;
  /** The issuer's name of the person: an address, or `sub`. */
  subject: string;
  user: string;
  /** Of an address, its password's hash. */
  credential: string | null;
  created_at: number;
  /** When an address was known to be this person's: that of `subject`, or of `verified_address`. */
  verified_at: number | null;
  /** Of a provider: the address that it said is the person's, when they last signed in by it (IA2). */
  verified_address: Generated<string | null>;
}
export type IdentityRow = Selectable<IdentityTable>;

/** Identities that do not become this user's again by their address (AC24). */
export interface RemovedIdentityTable {
  issuer: string;
  subject: string;
  user: string;
}

/** Links that work once, and challenges that were used. */
export interface OneTimeTable {
  /** SHA-256 of the token, in hex: a reader of the database cannot use the link. */
  token_hash: string;
  /** - `passkey-challenge`: it was used, and is not taken again (PK3) */
  purpose: 'invitation' | 'password-reset' | 'verification' | 'passkey-challenge';
  /** Whom or what the link is for. */
  subject: string;
  created_at: number;
  expires_at: number;
}
export type OneTimeRow = Selectable<OneTimeTable>;

export interface ApiTokenTable {
  /** SHA-256 of the token, in hex: a reader of the database cannot send it. */
  id: string;
  user: string;
  name: string;
  /** Its first characters. */
  beginning: string;
  /** Separated by blanks. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
}
export type ApiTokenRow = Selectable<ApiTokenTable>;

export interface WebhookTable {
  id: string;
  user: string;
  name: string;
  url: string;
  /** Separated by blanks. */
  events: string;
  /** Null: all documents that the person may read and has on their list. */
  document: string | null;
  /** As it is: the server signs with it (WH6). */
  secret: string;
  state: WebhookState;
  created_at: number;
  last_at: number | null;
  /** The code of the last answer, or why there was none. */
  last_result: string | null;
  /** Since the last success. */
  failures: Generated<number>;
  failing_since: number | null;
  /** Nothing is sent before: the pause after a failure (WH10). */
  next_at: number | null;
  /** Events that were left out (WH8, WH13). */
  dropped: Generated<number>;
}
export type WebhookRow = Selectable<WebhookTable>;

/** What waits for a webhook. */
export interface WebhookDeliveryTable {
  webhook: string;
  /** The same for all webhooks that are told. */
  event: string;
  type: WebhookDelivery['type'];
  document: string | null;
  actor: string | null;
  at: number;
}
export type WebhookDeliveryRow = Selectable<WebhookDeliveryTable>;

/** What an authenticator has told of a key of its person. */
export interface PasskeyTable {
  /** The credential's, in base64url. */
  id: string;
  user: string;
  /** The RP id. */
  host: string;
  /** A COSE key, in base64url. */
  public_key: string;
  /** How often the authenticator has signed, as far as it counts (PK8). */
  counter: number;
  /** Separated by blanks. */
  transports: string;
  name: string;
  created_at: number;
  used_at: number | null;
}
export type PasskeyRow = Selectable<PasskeyTable>;

/** Settings that administrators change while the server runs. */
export interface SettingTable {
  name: 'sign-in' | 'registration';
  value: string;
}

/** Who did what to what: ids and words of lists only (AU2). */
export interface AuditTable {
  /** Numbers may be missing. */
  number: Generated<number>;
  at: number;
  /** Null: the server by itself. */
  actor: string | null;
  action: string;
  document: string | null;
  /** Whom it was done to. */
  person: string | null;
  network: string | null;
  /** JSON, by the schema of the action. */
  detail: string;
}
