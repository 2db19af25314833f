/** By which scheme a browser came. TLS ends before this process, so it is known only by what others say. */
import type { IncomingHttpHeaders } from 'node:http';

export type SchemeHeaders = Pick<IncomingHttpHeaders, 'host' | 'origin'> & {
  readonly 'x-forwarded-proto'?: string | string[] | undefined;
};

/** `host` as it is written in a URL of that scheme: without the scheme's own port. */
export function hostOf(protocol: string, host: string | undefined): string | null {
  const text = `${protocol}//${host}`;
  return host !== undefined && URL.canParse(text) ? new URL(text).host : null;
}

/** It came to the public address, which is https, and nothing says that it did not come by that. */
export function isPublicHttps(headers: SchemeHeaders, publicUrl: URL | null): boolean {
  if (publicUrl?.protocol !== 'https:' || headers['x-forwarded-proto'] === 'http') return false;
  return hostOf('https:', headers.host) === publicUrl.host;
}

/**
 * Whether a cookie may be marked `Secure`, so that the browser keeps it. Browsers name the origin of each POST;
 * the same server may be opened by https through a proxy, and by http on the local network.
 */
export function cameByHttps(headers: SchemeHeaders, publicUrl: URL | null): boolean {
  const { origin } = headers;
  return origin === undefined ? isPublicHttps(headers, publicUrl) : origin.startsWith('https:');
}
