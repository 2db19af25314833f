/**
 * Passkeys (WebAuthn), with which people sign in without a password. Rules PK1 to PK13 in the server's
 * `accounts/README.md`. The shapes are those of the JSON forms of Web Authentication Level 3, 5.1.8 to 5.1.10.
 */
import * as z from 'zod/mini';
import { MAX_PASSKEYS } from './limits.ts';
import { displayName, instant, newName, userId } from './messages/field.ts';

const base64url = (maxLength: number) =>
  z.string().check(z.regex(/^[\w-]+$/), z.maxLength(maxLength));

/** The id of a credential has at most 1,023 bytes (Web Authentication Level 3, 4). */
const credentialId = base64url(1_364);
const challenge = base64url(64);
const hostName = z.string().check(z.minLength(1), z.maxLength(253));
const clientDataJSON = base64url(8_192);
const publicKeyType = z.literal('public-key');
const timeout = z.int().check(z.nonnegative());

/** Whether browsers give passkeys to a page: to encrypted ones of a host with a name, and to those of this machine (PK2). */
export function mayHavePasskeys({
  protocol,
  hostname,
}: {
  readonly protocol: string;
  readonly hostname: string;
}): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true;
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return protocol === 'https:' && !isAddress;
}

/** How a browser reaches an authenticator. It may name others, which are not stored. */
export const PASSKEY_TRANSPORTS = [
  'ble',
  'cable',
  'hybrid',
  'internal',
  'nfc',
  'smart-card',
  'usb',
] as const;
const transport = z.enum(PASSKEY_TRANSPORTS);
export type PasskeyTransport = z.infer<typeof transport>;

const descriptor = z.object({
  id: credentialId,
  type: publicKeyType,
  transports: z.array(transport).check(z.maxLength(PASSKEY_TRANSPORTS.length)),
});

/** What the browser needs to make a passkey. */
export const passkeyCreation = z.object({
  challenge,
  rp: z.object({ id: hostName, name: z.string().check(z.maxLength(64)) }),
  user: z.object({
    id: base64url(128),
    name: z.string().check(z.maxLength(254)),
    displayName,
  }),
  pubKeyCredParams: z.array(z.object({ type: publicKeyType, alg: z.int() })).check(z.maxLength(8)),
  timeout,
  excludeCredentials: z.array(descriptor).check(z.maxLength(MAX_PASSKEYS)),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
});
export type PasskeyCreation = z.infer<typeof passkeyCreation>;

/** What the browser needs to sign in with a passkey. */
export const passkeyRequest = z.object({
  challenge,
  rpId: hostName,
  timeout,
  userVerification: z.literal('required'),
  /** Empty: any of this server, so that the answer is the same for everybody. */
  allowCredentials: z.array(descriptor).check(z.maxLength(MAX_PASSKEYS)),
});
export type PasskeyRequest = z.infer<typeof passkeyRequest>;

/** A new passkey. Browsers send more, which is not read. */
export const passkeyCreated = z.object({
  id: credentialId,
  rawId: credentialId,
  type: publicKeyType,
  response: z.object({
    clientDataJSON,
    attestationObject: base64url(40_000),
    transports: z.optional(z.array(z.string().check(z.maxLength(32))).check(z.maxLength(16))),
  }),
});
export type PasskeyCreated = z.infer<typeof passkeyCreated>;

/** What a passkey has signed. */
export const passkeyAssertion = z.object({
  id: credentialId,
  rawId: credentialId,
  type: publicKeyType,
  response: z.object({
    clientDataJSON,
    authenticatorData: base64url(8_192),
    signature: base64url(2_048),
    userHandle: z.optional(base64url(128)),
  }),
});
export type PasskeyAssertion = z.infer<typeof passkeyAssertion>;

export const passkeyAddition = z.strictObject({ name: newName, credential: passkeyCreated });

export const passkeySignIn = z.strictObject({
  credential: passkeyAssertion,
  /** Only this user: the page has work of theirs. */
  as: z.optional(userId),
});

/** Shows again who the person is. */
export const passkeyConfirmation = z.strictObject({ credential: passkeyAssertion });

export const passkeyRenaming = z.strictObject({ passkey: credentialId, name: newName });
export const passkeyRemoval = z.strictObject({ passkey: credentialId });

export const passkey = z.object({
  id: credentialId,
  name: displayName,
  /** The name of the host for which it was made: browsers offer it there only. */
  host: hostName,
  createdAt: instant,
  /** Null before the first sign-in with it. */
  usedAt: z.nullable(instant),
  /** False for the last way to sign in. */
  isRemovable: z.boolean(),
});
export type Passkey = z.infer<typeof passkey>;
/** The newest first. */
export const passkeys = z.object({ passkeys: z.array(passkey).check(z.maxLength(MAX_PASSKEYS)) });
export type Passkeys = z.infer<typeof passkeys>;
