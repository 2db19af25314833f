/**
 * Reads and verifies what browsers send of passkeys, by Web Authentication Level 3, 7.1 and 7.2: PK4 to PK6 in
 * `accounts/README.md`. The bytes and signatures are read by @simplewebauthn/server.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import {
  cose,
  decodeAttestationObject,
  decodeCredentialPublicKey,
  isoBase64URL,
  isoCBOR,
} from '@simplewebauthn/server/helpers';
import {
  PASSKEY_TRANSPORTS,
  type PasskeyAssertion,
  type PasskeyCreated,
} from '@tandem/protocol/passkeys';
import {
  isInFrame,
  PASSKEY_ALGORITHMS,
  PasskeyRefused,
  userHandleOf,
  type PasskeyContext,
} from './passkey-ceremony.ts';
import type { NewPasskey } from '../storage/passkeys.ts';
import type { PasskeyRow } from '../storage/tables/accounts.ts';

type Cbor = Parameters<typeof isoCBOR.encode>[0];

const MAX_COUNTER = 2 ** 32 - 1;
/** A key of RSA with 4,096 bits has about 530. */
const MAX_KEY_BYTES = 640;
/** Keys of authenticators have 2,048, and longer ones take more time than a sign-in is worth. */
const RSA_BITS = { min: 2_048, max: 4_096 } as const;
const RSA_EXPONENT = 65_537n;
const IN_FRAME = 'it was used in a frame of another site';

/** @throws PasskeyRefused */
export async function verifyCreated(
  credential: PasskeyCreated,
  { relyingParty, challenge }: PasskeyContext,
): Promise<NewPasskey> {
  if (isInFrame(credential.response.clientDataJSON)) throw new PasskeyRefused(IN_FRAME);
  const { registrationInfo } = await toPasskeyRefused(() =>
    verifyRegistrationResponse({
      response: {
        ...credential,
        response: {
          clientDataJSON: credential.response.clientDataJSON,
          attestationObject: withoutStatement(credential.response.attestationObject),
        },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.host,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    }),
  );
  if (registrationInfo === undefined) throw new PasskeyRefused('it was not verified');
  const { id, publicKey, counter } = registrationInfo.credential;
  if (id !== credential.id) throw new PasskeyRefused('its id is another one');
  await toPasskeyRefused(() => assertKey(publicKey));
  const { transports = [] } = credential.response;
  return {
    ...{ id, counter, host: relyingParty.host },
    publicKey: isoBase64URL.fromBuffer(publicKey),
    transports: PASSKEY_TRANSPORTS.filter((transport) => transports.includes(transport)),
  };
}

/**
 * @param passkey undefined for an unknown one, whose answer takes the same work (PK5).
 * @returns what the authenticator has counted. @throws PasskeyRefused
 */
export async function verifyAssertion(
  credential: PasskeyAssertion,
  passkey: PasskeyRow | undefined,
  { relyingParty, challenge }: PasskeyContext,
): Promise<{ readonly counter: number; readonly passkey: PasskeyRow }> {
  if (isInFrame(credential.response.clientDataJSON)) throw new PasskeyRefused(IN_FRAME);
  const { userHandle, ...response } = credential.response;
  const { verified, authenticationInfo } = await toPasskeyRefused(() =>
    verifyAuthenticationResponse({
      response: { ...credential, response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.host,
      requireUserVerification: true,
      credential: storedCredential(credential.id, passkey),
    }),
  );
  if (passkey === undefined) throw new PasskeyRefused('it is unknown');
  if (!verified) throw new PasskeyRefused('its signature does not match');
  if (passkey.host !== relyingParty.host) throw new PasskeyRefused('it is for another host');
  // Web Authentication Level 3, 7.2, step 6. A passkey that was asked for by its id may leave it out.
  if (userHandle !== undefined && userHandle !== userHandleOf(passkey.user))
    throw new PasskeyRefused('it is for another user');
  const { newCounter: counter } = authenticationInfo;
  if (!Number.isInteger(counter) || counter > MAX_COUNTER)
    throw new PasskeyRefused('its counter is no number');
  return { counter, passkey };
}

function storedCredential(id: string, passkey: PasskeyRow | undefined): WebAuthnCredential {
  const publicKey = passkey === undefined ? nobodysKey() : passkey.public_key;
  // The counter is looked at in the transaction of the command (PK8).
  return { id, publicKey: isoBase64URL.toBuffer(publicKey), counter: 0 };
}

let nobodys: string | null = null;

/** A key that nobody has, for signatures of unknown passkeys. */
function nobodysKey(): string {
  if (nobodys !== null) return nobodys;
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // RFC 9052, 7: key type, algorithm, curve and coordinates.
  const key = new Map<string | number, Cbor>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, isoBase64URL.toBuffer(x)],
    [-3, isoBase64URL.toBuffer(y)],
  ]);
  nobodys = isoBase64URL.fromBuffer(isoCBOR.encode(key));
  return nobodys;
}

/**
 * Which make an authenticator is of is not asked for. A statement that comes anyway may have certificates that name
 * addresses to look at, so that none is read.
 */
function withoutStatement(attestationObject: string): string {
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get(
    'authData',
  );
  const none = new Map<string | number, Cbor>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ]);
  return isoBase64URL.fromBuffer(isoCBOR.encode(none));
}

/**
 * Nothing is signed when a passkey is made without an attestation, so that the key itself has to be good: one of the
 * algorithms that were asked for (RFC 9053, 7.1; RFC 8230, 4), and short.
 *
 * @throws for any other
 */
function assertKey(publicKey: Uint8Array<ArrayBuffer>): void {
  if (publicKey.length > MAX_KEY_BYTES) throw new PasskeyRefused('its key is too long');
  const key = createPublicKey({ key: jwkOf(publicKey), format: 'jwk' });
  if (key.asymmetricKeyType !== 'rsa') return;
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS.min || modulusLength > RSA_BITS.max)
    throw new PasskeyRefused('its key has another length than keys of authenticators');
  if (publicExponent !== RSA_EXPONENT) throw new PasskeyRefused('its key has another exponent');
}

function jwkOf(publicKey: Uint8Array<ArrayBuffer>) {
  const key = decodeCredentialPublicKey(publicKey);
  const { COSEALG, COSECRV, COSEKEYS } = cose;
  const algorithm = key.get(COSEKEYS.alg);
  if (cose.isCOSEPublicKeyEC2(key) && algorithm === COSEALG.ES256) {
    if (key.get(COSEKEYS.crv) !== COSECRV.P256) throw new PasskeyRefused('its curve is another');
    const [x, y] = [toBase64url(key.get(COSEKEYS.x)), toBase64url(key.get(COSEKEYS.y))];
    return { kty: 'EC', crv: 'P-256', x, y };
  }
  if (cose.isCOSEPublicKeyRSA(key) && algorithm === COSEALG.RS256)
    return { kty: 'RSA', n: toBase64url(key.get(COSEKEYS.n)), e: toBase64url(key.get(COSEKEYS.e)) };
  throw new PasskeyRefused('its key is not of its algorithm');
}

/** CBOR has values of any type in the place of bytes. */
function toBase64url(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new PasskeyRefused('a part of its key is no bytes');
  return Buffer.from(value).toString('base64url');
}

/** The library, and that of Node, throw for what does not fit, also for bytes that are no CBOR. */
async function toPasskeyRefused<T>(verify: () => T | Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof PasskeyRefused) throw error;
    throw new PasskeyRefused(error instanceof Error ? error.message : 'it cannot be read', {
      cause: error,
    });
  }
}
