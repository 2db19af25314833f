/** Schemas for the values of settings. The settings are in `configuration.ts`. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const MIN_SECRET_LENGTH = 32;
export const MIN_TOKEN_LENGTH = 16;

export type Secrets = readonly [string, ...string[]];

export const whole = (range: { readonly min: number; readonly max: number }) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= range.min && value <= range.max)
    .meta({ expected: `a whole number from ${range.min} to ${range.max}` });

export const yesOrNo = () =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .meta({ expected: '"true" or "false"' });

export const onOrOff = () =>
  z
    .enum(['on', 'off'])
    .transform((value) => value === 'on')
    .meta({ expected: '"on" or "off"' });

export const words = z.string().min(1);

export const listed = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A URL that others are derived from. Parts that requests would drop silently are refused. */
export const baseUrl = ({ path }: { readonly path: 'none' | 'any' }) =>
  z
    .string()
    .refine(isHttpUrl, { abort: true })
    .refine((text) => new URL(text).username === '' && new URL(text).password === '', {
      error: 'contains a user name or a password; leave them out.',
      abort: true,
    })
    .refine((text) => !/[?#]/.test(text), {
      error: 'contains a query or a fragment; leave out everything from "?" or "#" on.',
      abort: true,
    })
    .refine((text) => path === 'any' || new URL(text).pathname === '/', {
      error:
        'contains a path, and Tandem is served at the root of a host name; use one of its own.',
    });

/** May hold a password, so that no message repeats it. */
export const databaseUrl = () =>
  z
    .string()
    .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), { abort: true })
    .refine((text) => new URL(text).pathname.length > 1, {
      error: 'names no database; put its name after the host, as in postgres://host/tandem.',
      abort: true,
    })
    .transform((text) => new URL(text));

export type FilesPlace =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 'bucket';
      /** With the bucket, and the prefix of all keys: ends with a slash. */
      readonly address: URL;
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    };

const BUCKET_PROTOCOLS: Readonly<Record<string, string>> = { 's3:': 'https', 's3+http:': 'http' };

/** A folder, or a bucket. Its secret must not appear in messages. */
export const filesUrl = () =>
  z
    .string()
    .refine(
      (text) => {
        if (!URL.canParse(text)) return false;
        const { protocol, host, pathname } = new URL(text);
        if (protocol === 'file:') return host === '' && pathname.length > 1;
        return protocol in BUCKET_PROTOCOLS && host !== '' && pathname.length > 1;
      },
      { abort: true },
    )
    .refine(
      (text) => {
        const { protocol, username, password, searchParams } = new URL(text);
        return (
          protocol === 'file:' ||
          (username !== '' && password !== '' && searchParams.get('region') !== null)
        );
      },
      {
        error:
          'lacks the key, the secret or the region of the bucket; write s3://KEY:SECRET@host/bucket?region=name, with "%2F" for each "/" in the secret.',
      },
    )
    .transform((text): FilesPlace => {
      const url = new URL(text);
      if (url.protocol === 'file:') return { kind: 'folder', path: fileURLToPath(url) };
      const path = url.pathname.replace(/\/*$/, '/');
      return {
        kind: 'bucket',
        address: new URL(`${BUCKET_PROTOCOLS[url.protocol]}://${url.host}${path}`),
        region: url.searchParams.get('region') as string,
        accessKeyId: decodeURIComponent(url.username),
        secretAccessKey: decodeURIComponent(url.password),
      };
    });

export const httpOrigins = () =>
  z
    .string()
    .transform(listed)
    .refine((origins) => origins.every(isHttpOrigin));

/** As they are in URLs: lower case, IPv6 in brackets, with or without a port. */
export const hosts = () =>
  z
    .string()
    .transform(listed)
    .refine((all) =>
      all.every((host) =>
        // Each leaves its own default port out.
        ['http', 'https'].some((scheme) => {
          const url = `${scheme}://${host}`;
          return !host.includes('*') && URL.canParse(url) && new URL(url).host === host;
        }),
      ),
    );

/** Origins, also with `*.` for all names below one. https://www.w3.org/TR/CSP3/#directive-frame-ancestors */
export const frameAncestors = () =>
  z
    .string()
    .transform(listed)
    .refine((sources) =>
      sources.every((source) => isHttpOrigin(source.replace(/^(https?:\/\/)\*\./, '$1'))),
    );

export const secrets = () => {
  const secret = z.string().min(MIN_SECRET_LENGTH);
  return z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .pipe(z.tuple([secret], secret));
};

export interface OidcProvider {
  /** In addresses: one that is registered at the provider contains it. */
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const oidcProvider = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  name: z.string().min(1).max(64),
  issuer: z.string().refine(isSecureUrl),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
});

/** Holds a password, so that no message repeats it. */
export const smtpUrl = () =>
  z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return ['smtp:', 'smtps:'].includes(protocol) && hostname !== '';
  });

export const mailAddress = () => z.email();

/** A JSON array; holds secrets, so that no message repeats it. */
export const oidcProviders = () =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.array(oidcProvider).max(16))
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, {
      error: 'has two providers of the same id; give each its own.',
    });

/** `name=value,name=value`, values percent-encoded: as OpenTelemetry has it. */
export const headerList = () =>
  z
    .string()
    .regex(/^([\w-]+=([^,%]|%[0-9A-Fa-f]{2})*(,|$))*$/)
    .transform((text): Readonly<Record<string, string>> => {
      const pairs = text.split(',').filter((pair) => pair !== '');
      return Object.fromEntries(
        pairs.map((pair) => {
          const at = pair.indexOf('=');
          return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
        }),
      );
    });

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isHttpOrigin(text: string): boolean {
  return !text.includes('*') && isHttpUrl(text) && new URL(text).origin === text;
}

/** Plain http only on this machine. */
function isSecureUrl(text: string): boolean {
  if (!isHttpUrl(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
