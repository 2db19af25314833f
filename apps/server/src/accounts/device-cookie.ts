/**
 * The device cookie tells in which accounts this browser has signed in, so that others who use up the attempts of an
 * account do not lock its person out: AC31, and decision 0032. It signs nobody in.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import type { IdentityRow } from '../storage/tables/accounts.ts';
import type { CookieRequest } from './cookie.ts';
import { SealedCookie } from './sealed-cookie.ts';

/** Whose they are, and an address and the hash of its password, or the id of a passkey and its public key. */
export type Credentials = Pick<IdentityRow, 'user' | 'subject' | 'credential'>;

const contentSchema = z.object({
  /** Random: what attempts from this browser count by. */
  device: z.string().max(64),
  /** Marks of credentials, the latest first. */
  accounts: z.array(z.string().max(64)).max(ACCOUNTS.maxDeviceAccounts),
});
type Content = z.infer<typeof contentSchema>;

export class DeviceCookie {
  readonly #cookie: SealedCookie<Content>;

  constructor(secrets: Secrets) {
    this.#cookie = new SealedCookie({
      ...{ name: 'tandem_device', path: '/', secrets, schema: contentSchema },
      lifetimeMs: ACCOUNTS.deviceLifetimeMs,
    });
  }

  /** @returns the browser's id, whatever it has signed in to; null for a browser that has not signed in. */
  async deviceOf({ header, place }: CookieRequest): Promise<string | null> {
    return (await this.#cookie.read(header, place))?.device ?? null;
  }

  /** @returns the browser's id, if it has signed in to this account with what the account still has. */
  async find(
    { header, place }: CookieRequest,
    identity: Credentials | undefined,
  ): Promise<string | null> {
    const mark = identity === undefined ? null : markOf(identity);
    const content = await this.#cookie.read(header, place);
    if (content === null || mark === null) return null;
    return content.accounts.includes(mark) ? content.device : null;
  }

  /** @returns the value of `Set-Cookie` for a browser that has signed in to this account, besides others. */
  async add({ header, place }: CookieRequest, identity: Credentials): Promise<string> {
    const before = await this.#cookie.read(header, place);
    const mark = markOf(identity);
    const others = before?.accounts.filter((account) => account !== mark) ?? [];
    return await this.#cookie.write(
      {
        device: before?.device ?? randomBytes(ACCOUNTS.deviceIdBytes).toString('base64url'),
        accounts: mark === null ? others : withMark(others, mark),
      },
      place,
    );
  }
}

/** One person's many passkeys push out each other before they make the browser an unknown one to other people. */
function withMark(others: readonly string[], mark: string): string[] {
  if (others.length < ACCOUNTS.maxDeviceAccounts) return [mark, ...others];
  const ownLast = others.findLastIndex((other) => personIn(other) === personIn(mark));
  return [mark, ...others.toSpliced(ownLast === -1 ? others.length - 1 : ownLast, 1)];
}

/**
 * Another password makes another mark. It begins with the person's, so that theirs are known. The credential is a salted
 * hash or a public key, and the cookie is encrypted.
 */
function markOf({ user, subject, credential }: Credentials): string | null {
  if (credential === null) return null;
  const person = createHash('sha256').update(user).digest();
  const mark = createHash('sha256').update(subject).update('\0').update(credential).digest();
  return Buffer.concat([
    person.subarray(0, PERSON_BYTES),
    mark.subarray(0, ACCOUNTS.deviceIdBytes),
  ]).toString('base64url');
}

const PERSON_BYTES = 6;
const personIn = (mark: string): string => mark.slice(0, (PERSON_BYTES / 3) * 4);
