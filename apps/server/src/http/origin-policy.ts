/** Decides by the `Origin` header which sites' pages may talk to this server. Programs need not send one. */
import type { Configuration } from '../configuration/configuration.ts';
import { hostOf } from './request-scheme.ts';

export interface Caller {
  readonly origin: string | undefined;
  readonly host: string | undefined;
}

export type OriginPolicy = (caller: Caller) => 'allowed' | 'foreign' | 'absent';

export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export function createOriginPolicy({
  publicUrl,
  allowedOrigins,
  mode,
}: Pick<Configuration, 'publicUrl' | 'allowedOrigins' | 'mode'>): OriginPolicy {
  const known = new Set(allowedOrigins);
  if (publicUrl !== null) known.add(publicUrl.origin);
  return ({ origin, host }) => {
    if (origin === undefined) return 'absent';
    if (known.has(origin)) return 'allowed';
    // Sandboxed frames and local files send `null`.
    if (!URL.canParse(origin)) return 'foreign';
    const url = new URL(origin);
    if (url.host === hostOf(url.protocol, host)) return 'allowed';
    return mode !== 'production' && LOOPBACK_NAMES.includes(url.hostname) ? 'allowed' : 'foreign';
  };
}
