/**
 * Where Redis is, as in `REDIS_URL`. Several hosts are alternatives of one service: seeds of a Cluster, or sentinels.
 *
 *     redis://:password@redis.internal:6379
 *     rediss://user:password@one.example.org,two.example.org:6380
 *     redis+sentinel://:password@one:26379,two:26379/primary-name?sentinel_password=other
 *
 * `rediss` and `rediss+sentinel` are over TLS. A database number is ignored, because messages have none.
 */

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface RedisCredentials {
  readonly username: string | null;
  readonly password: string | null;
}

export interface RedisTarget {
  readonly servers: readonly ServerAddress[];
  readonly isTls: boolean;
  readonly credentials: RedisCredentials;
  /** Null without Sentinel, when `servers` are servers. */
  readonly sentinel: { readonly primary: string; readonly credentials: RedisCredentials } | null;
}

export type RedisUrlResult =
  | { readonly kind: 'target'; readonly target: RedisTarget }
  /** A sentence without the address, which has a password. */
  | { readonly kind: 'invalid'; readonly problem: string };

const PORT = 6379;
const SENTINEL_PORT = 26_379;
const URL_PARTS =
  /^(rediss?)(\+sentinel)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i;

export function parseRedisUrl(url: string): RedisUrlResult {
  const parts = URL_PARTS.exec(url.trim());
  if (parts === null) return invalid('it must begin with redis://, rediss:// or redis+sentinel://');
  const [, scheme, isSentinel, userInfo = '', hosts, path = '', query = ''] = parts;
  const defaultPort = isSentinel === undefined ? PORT : SENTINEL_PORT;
  const servers = hosts!.split(',').map((host) => parseHost(host, defaultPort));
  if (servers.includes(null)) return invalid('a host is not valid, such as one:6379,two:6379');
  // As in other clients, a part without a colon is the username.
  const colon = userInfo.indexOf(':');
  const username = decoded(colon === -1 ? userInfo : userInfo.slice(0, colon));
  const password = decoded(colon === -1 ? '' : userInfo.slice(colon + 1));
  const primary = decoded(path);
  if (username === null || password === null || primary === null)
    return invalid('a part must be percent-encoded, such as %25 for a percent sign');
  if (isSentinel !== undefined && primary === '')
    return invalid('the name of the primary must follow the sentinels, such as /mymaster');
  const parameters = new URLSearchParams(query);
  const target: RedisTarget = {
    servers: servers as ServerAddress[],
    isTls: scheme!.toLowerCase() === 'rediss',
    credentials: { username: username || null, password: password || null },
    sentinel:
      isSentinel === undefined
        ? null
        : {
            primary,
            credentials: {
              username: parameters.get('sentinel_username'),
              password: parameters.get('sentinel_password'),
            },
          },
  };
  return { kind: 'target', target };
}

function parseHost(text: string, defaultPort: number): ServerAddress | null {
  const [, ipv6, name, port] = HOST.exec(text) ?? [];
  const host = ipv6 ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  return host === undefined || number === 0 || number > 65_535 ? null : { host, port: number };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function invalid(problem: string): RedisUrlResult {
  return { kind: 'invalid', problem: `REDIS_URL is not an address of Redis: ${problem}` };
}
