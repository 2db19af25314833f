/**
 * The device cookie tells in which accounts this browser has signed in, so that others who use up the attempts of an
 * account do not lock its person out: AC31, and decision 0032. It signs nobody in.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { ACCOUNTS } from '../limits.ts';
import type { IdentityRow } from '../storage/tables.ts';
import type { CookieRequest } from './cookie.ts';
import { SealedCookie } from './sealed-cookie.ts';

/** An address and the hash of its password, or the id of a passkey and its public key. */
export type Credentials = Pick<IdentityRow, 'subject' | 'credential'>;

const contentSchema = z.object({
  /** Random: what attempts from this browser count by. */
  device: z.string().max(64),
  /** Marks of accounts, the latest first. */
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
    const accounts = [...(mark === null ? [] : [mark]), ...others];
    return await this.#cookie.write(
      {
        device: before?.device ?? randomBytes(ACCOUNTS.deviceIdBytes).toString('base64url'),
        accounts: accounts.slice(0, ACCOUNTS.maxDeviceAccounts),
      },
      place,
    );
  }
}

/** Another password makes another mark. The credential is a salted hash or a public key, and the cookie is encrypted. */
function markOf({ subject, credential }: Credentials): string | null {
  if (credential === null) return null;
  const mark = createHash('sha256').update(subject).update('\0').update(credential).digest();
  return mark.subarray(0, ACCOUNTS.deviceIdBytes).toString('base64url');
}
