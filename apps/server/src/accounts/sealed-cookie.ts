/**
 * A cookie that only this server can read and write, for what a sign-in has to remember while the browser is at another
 * site. Nothing is stored.
 */
import { hkdf } from 'node:crypto';
import { promisify } from 'node:util';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { z } from 'zod';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { cookieName, cookieValues, writeCookie, type CookiePlace } from './cookie.ts';

const deriveKey = promisify(hkdf);
const KEY_BYTES = 32;

export interface SealedCookieOptions<T> {
  /** Also what keeps the cookies of two uses apart. */
  readonly name: string;
  /** Over plain http only. */
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly lifetimeMs: number;
  /** The newest seals; older ones still open. */
  readonly secrets: Secrets;
  readonly now?: () => number;
}

export class SealedCookie<T> {
  readonly #options: SealedCookieOptions<T>;
  readonly #keys: readonly Promise<Uint8Array>[];

  constructor(options: SealedCookieOptions<T>) {
    this.#options = options;
    this.#keys = options.secrets.map(async (secret) => {
      return new Uint8Array(
        await deriveKey('sha256', secret, '', `tandem ${options.name}`, KEY_BYTES),
      );
    });
  }

  /** @returns the value of `Set-Cookie`. */
  async write(content: T, place: CookiePlace): Promise<string> {
    const { name, lifetimeMs, now = Date.now } = this.#options;
    const sealed = await new EncryptJWT({ content })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuer(name)
      .setExpirationTime(new Date(now() + lifetimeMs))
      .encrypt(await (this.#keys[0] as Promise<Uint8Array>));
    return this.#set(sealed, { ageSeconds: Math.floor(lifetimeMs / 1_000), place });
  }

  end(place: CookiePlace): string {
    return this.#set('', { ageSeconds: 0, place });
  }

  /** @returns null without a cookie, or with one that is forged, too old, or another version's. */
  async read(header: string | undefined, place: CookiePlace): Promise<T | null> {
    const { name, schema, now = Date.now } = this.#options;
    const [sealed] = cookieValues(header, cookieName(name, place));
    if (sealed === undefined || sealed === '') return null;
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtDecrypt(sealed, await key, {
          issuer: name,
          requiredClaims: ['exp'],
          contentEncryptionAlgorithms: ['A256GCM'],
          keyManagementAlgorithms: ['dir'],
          currentDate: new Date(now()),
        });
        return schema.safeParse(payload['content']).data ?? null;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
      }
    }
    return null;
  }

  #set(value: string, at: { readonly place: CookiePlace; readonly ageSeconds: number }): string {
    const { name, path } = this.#options;
    return writeCookie(name, value, { ...at, path });
  }
}
