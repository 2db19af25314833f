/**
 * An authenticator and its browser, for tests: keys of ES256 or RS256, discoverable credentials and attestation "none", as
 * Web Authentication Level 3, 6 describes them. Each part of what it sends can be made wrong.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type {
  PasskeyAssertion,
  PasskeyCreated,
  PasskeyCreation,
  PasskeyRequest,
} from '@tandem/protocol/passkeys';

export interface SoftwareCredential {
  readonly id: string;
  readonly key: KeyObject;
  readonly coseKey: Buffer;
  host: string;
  userHandle: string;
  counter: number;
}

export interface Lies {
  readonly origin?: string;
  readonly host?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly isVerified?: boolean;
  readonly isPresent?: boolean;
  readonly crossOrigin?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | null;
  /** What signs in the place of the credential's own key. */
  readonly key?: KeyObject;
  readonly algorithm?: 'ES256' | 'RS256';
  /** What a new credential tells in the place of its own public key. */
  readonly coseKey?: CoseKey;
  /** What a new credential tells of the make of the authenticator. */
  readonly statement?: { readonly format: string; readonly content: ReadonlyMap<string, unknown> };
}

export type CoseKey = ReadonlyMap<number, unknown>;

const FLAGS = { present: 0x01, verified: 0x04, hasCredential: 0x40 } as const;

export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly credentials: SoftwareCredential[] = [];

  /** @param origin of the page that it is used on. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  create(options: PasskeyCreation, lies: Lies = {}): PasskeyCreated {
    const { statement = { format: 'none', content: new Map<string, unknown>() } } = lies;
    const credential = newCredential(options, lies);
    this.credentials.push(credential);
    const id = Buffer.from(credential.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const data = Buffer.concat([
      this.#authenticatorData(credential, lies, FLAGS.hasCredential),
      Buffer.alloc(16),
      length,
      id,
      credential.coseKey,
    ]);
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', statement.format],
        ['attStmt', statement.content],
        ['authData', data],
      ]),
    );
    return {
      id: credential.id,
      rawId: credential.id,
      type: 'public-key',
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, lies),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal', 'hybrid', 'of the future'],
      },
    };
  }

  /** Signs with the last credential of that host, unless another one is given. */
  use(options: PasskeyRequest, lies: Lies & { credential?: SoftwareCredential } = {}) {
    const credential =
      lies.credential ?? this.credentials.findLast(({ host }) => host === options.rpId);
    if (credential === undefined) throw new Error('the authenticator has no such credential');
    if (lies.counter === undefined && credential.counter > 0) credential.counter += 1;
    const authenticatorData = this.#authenticatorData(credential, lies);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, lies);
    const signed = Buffer.concat([
      authenticatorData,
      sha256(Buffer.from(clientDataJSON, 'base64url')),
    ]);
    const { userHandle = credential.userHandle } = lies;
    return {
      id: credential.id,
      rawId: credential.id,
      type: 'public-key',
      response: {
        clientDataJSON,
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, lies.key ?? credential.key).toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
    } satisfies PasskeyAssertion;
  }

  #clientData(type: string, challenge: string, lies: Lies): string {
    const data = {
      type: lies.type ?? type,
      challenge: lies.challenge ?? challenge,
      origin: lies.origin ?? this.#origin,
      crossOrigin: lies.crossOrigin ?? false,
    };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }

  #authenticatorData(credential: SoftwareCredential, lies: Lies, more = 0): Buffer {
    const { isPresent = true, isVerified = true } = lies;
    const flags = (isPresent ? FLAGS.present : 0) | (isVerified ? FLAGS.verified : 0) | more;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? credential.counter);
    return Buffer.concat([sha256(lies.host ?? credential.host), Buffer.from([flags]), counter]);
  }
}

function newCredential(
  { rp, user }: PasskeyCreation,
  { algorithm = 'ES256', coseKey }: Lies,
): SoftwareCredential {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return {
    id: randomBytes(32).toString('base64url'),
    key: privateKey,
    coseKey: cbor(coseKey ?? coseKeyOf(publicKey)),
    ...{ host: rp.id, userHandle: user.id, counter: 0 },
  };
}

/** @param key of the curve P-256, or of RSA. */
export function coseKeyOf(key: KeyObject): Map<number, unknown> {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' });
  // RFC 9053, 7.1: key type, algorithm, curve and coordinates; RFC 8230, 4: modulus and exponent.
  return key.asymmetricKeyType === 'ec'
    ? new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ])
    : new Map<number, unknown>([
        [1, 3],
        [3, -257],
        [-1, Buffer.from(n, 'base64url')],
        [-2, Buffer.from(e, 'base64url')],
      ]);
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/** As much of RFC 8949 as attestation objects and keys have. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(3, text.length), text]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (!(value instanceof Map)) throw new Error('no such value is encoded');
  const entries = Array.from(value, ([key, item]) => Buffer.concat([cbor(key), cbor(item)]));
  return Buffer.concat([head(5, value.size), ...entries]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 255]);
}
