/** The scheme of a request. TLS may end at a proxy, so headers reveal the scheme that the client used. */
import type { IncomingHttpHeaders } from 'node:http';

export type SchemeHeaders = Pick<IncomingHttpHeaders, 'host' | 'origin'> & {
  readonly 'x-forwarded-proto'?: string | string[] | undefined;
};

/** The host as a URL of that scheme writes it, without a default port. */
export function hostOf(protocol: string, host: string | undefined): string | null {
  const text = `${protocol}//${host}`;
  return host !== undefined && URL.canParse(text) ? new URL(text).host : null;
}

export function isPublicHttps(headers: SchemeHeaders, publicUrl: URL | null): boolean {
  if (publicUrl?.protocol !== 'https:' || headers['x-forwarded-proto'] === 'http') return false;
  return hostOf('https:', headers.host) === publicUrl.host;
}

/**
 * Whether a cookie may be marked `Secure`; on http, browsers would drop it. The `Origin` of a POST decides, as one
 * server may be reached by https through a proxy and by http on the local network.
 */
export function cameByHttps(headers: SchemeHeaders, publicUrl: URL | null): boolean {
  const { origin } = headers;
  return origin === undefined ? isPublicHttps(headers, publicUrl) : origin.startsWith('https:');
}
