/** Security headers of every response. */
import type { MiddlewareHandler } from 'hono';
import type { Configuration } from '../configuration/configuration.ts';
import { isPublicHttps, type SchemeHeaders } from './request-scheme.ts';

const contentSecurityPolicy = (frames: readonly string[]): string =>
  [
    "default-src 'self'",
    "connect-src 'self' ws: wss:",
    // Editors write styles into elements.
    "style-src 'self' 'unsafe-inline'",
    // Blobs: images that are being uploaded, from this page's own memory. Scripts may not come from them.
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    `frame-ancestors ${frames.length === 0 ? "'none'" : ["'self'", ...frames].join(' ')}`,
  ].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  // The address of a document opens it, so other sites must not see it.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

const HSTS = 'max-age=31536000';

export type HeadersOf = (headers: SchemeHeaders) => Readonly<Record<string, string>>;

export function createSecurityHeaders({
  publicUrl,
  allowedFrames,
}: Pick<Configuration, 'publicUrl' | 'allowedFrames'>): HeadersOf {
  const always = {
    ...HEADERS,
    'Content-Security-Policy': contentSecurityPolicy(allowedFrames),
    // X-Frame-Options cannot name sites. Browsers that know the policy ignore it.
    ...(allowedFrames.length === 0 ? { 'X-Frame-Options': 'DENY' } : {}),
  };
  const secure = { ...always, 'Strict-Transport-Security': HSTS };
  return (headers) => (isPublicHttps(headers, publicUrl) ? secure : always);
}

/** Headers that a route has set itself are stricter, and stay. */
export function securityHeaders(headersOf: HeadersOf): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const headers = headersOf({
      host: context.req.header('Host'),
      'x-forwarded-proto': context.req.header('X-Forwarded-Proto'),
    });
    for (const [name, value] of Object.entries(headers))
      if (!context.res.headers.has(name)) context.header(name, value);
  };
}
