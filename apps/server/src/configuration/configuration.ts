/** The settings of a server: environment variables with a schema for each. */
import { DIRECTORIES, type Directory } from '@tandem/protocol/directory';
import { z } from 'zod';
import { ACCOUNT_VARIABLES } from './account-variables.ts';
import { CONNECTION_VARIABLES } from './connection-variables.ts';
import { FILE_VARIABLES } from './file-variables.ts';
import { LISTENER_VARIABLES } from './listener-variables.ts';
import { MAIL_VARIABLES } from './mail-variables.ts';
import { TELEMETRY_VARIABLES } from './telemetry-variables.ts';
import {
  baseUrl,
  databaseUrl,
  type FilesPlace,
  frameAncestors,
  hosts,
  httpOrigins,
  listed,
  type OidcProvider,
  onOrOff,
  type Secrets,
  whole,
  words,
  yesOrNo,
} from './setting-schemas.ts';
import { StartupError } from '../runtime/startup-error.ts';

const variables = {
  NODE_ENV: {
    schema: z
      .enum(['development', 'production', 'test'])
      .meta({ expected: '"development", "production" or "test"' }),
    unset: 'production',
    purpose: 'Development accepts pages from any port of this machine and prints readable logs.',
  },
  ...LISTENER_VARIABLES,
  DATA_DIR: {
    schema: words.meta({ expected: 'a folder' }),
    unset: './data',
    purpose: 'The folder of the database and the secret. Back it up.',
  },
  DATABASE_URL: {
    schema: databaseUrl().meta({
      expected: 'an address such as postgres://user:password@db.example.org/tandem',
    }),
    unset: null,
    purpose:
      'The Postgres database (15 or later) that keeps everything, instead of the one in DATA_DIR. Several servers may share it.',
  },
  REDIS_URL: {
    schema: words.meta({ expected: 'an address such as redis://:password@cache.example.org' }),
    unset: null,
    purpose:
      'Redis or Valkey (7 or later), with DATABASE_URL: servers on one database show each other who is there, and text arrives faster.',
  },
  ...FILE_VARIABLES,
  WEB_DIR: {
    schema: words.meta({ expected: 'a folder' }),
    unset: null,
    purpose: 'The built web application; the one beside the server when it is not set.',
  },
  PUBLIC_URL: {
    schema: baseUrl({ path: 'none' }).meta({
      expected: 'an address such as https://docs.example.org',
    }),
    unset: null,
    purpose: 'The address that people use, without a path. Pages from it may connect.',
  },
  ...ACCOUNT_VARIABLES,
  ...MAIL_VARIABLES,
  ALLOW_ADHOC_DOCUMENTS: {
    schema: yesOrNo(),
    unset: null,
    purpose:
      'Stock Yjs clients create the document that they name. On in development, off otherwise.',
  },
  ALLOWED_ORIGINS: {
    schema: httpOrigins().meta({
      expected: 'origins with commas between them, such as https://app.example.org',
    }),
    unset: '',
    purpose: 'Other sites whose pages may connect to this server, over sockets and the API.',
  },
  ALLOWED_FRAMES: {
    schema: frameAncestors().meta({
      expected: 'origins with commas between them, such as https://intranet.example.org',
    }),
    unset: '',
    purpose: 'Other sites that may show this one in a frame. None when it is not set.',
  },
  TRUST_PROXY: {
    schema: whole({ min: 0, max: 10 }),
    unset: '0',
    purpose:
      'The number of reverse proxies in front of the server; that many entries of X-Forwarded-For are trusted.',
  },
  DRAIN_DELAY_SECONDS: {
    schema: whole({ min: 0, max: 300 }),
    unset: '0',
    purpose:
      'How long a server that is told to stop serves on, while /readyz answers 503. With load balancers, at least two of their checks.',
  },
  COMPRESS_FROM_BYTES: {
    schema: whole({ min: 1_024, max: 16_777_216 }),
    unset: null,
    purpose:
      'WebSocket messages of at least this size are compressed for clients that can read it. Off when it is not set.',
  },
  ENGINE_WORKERS: {
    schema: whole({ min: 1, max: 64 }),
    unset: null,
    purpose:
      'Worker threads for documents. When it is not set, one less than the processors, at least 1 and at most 4.',
  },
  PUBLIC_PAGES: {
    schema: onOrOff(),
    unset: 'on',
    purpose:
      'Owners with an account may publish documents on the web, for everyone to read without signing in. With "off", nobody publishes, and what was published is not shown.',
  },
  HISTORY_FULL_DAYS: {
    schema: whole({ min: 1, max: 3_650 }),
    unset: null,
    purpose:
      'For how many days each change of a document is kept by itself. Later, those of one writing session become one, and what was typed and deleted within it is gone. When it is not set, every change is kept.',
  },
  AUDIT_DAYS: {
    schema: whole({ min: 0, max: 36_500 }),
    unset: '365',
    purpose:
      'For how many days the audit log is kept: who changed access, accounts and what exists. With 0, nothing is recorded, and what was is deleted.',
  },
  DIRECTORY: {
    schema: z.enum(DIRECTORIES).meta({ expected: 'one of contacts, accounts, off' }),
    unset: 'contacts',
    purpose:
      'Whom people find by name to add them to a document: "contacts" are those with whom they share one, "accounts" also everybody with an account here, "off" nobody. Guests find contacts at most, and nobody sees addresses.',
  },
  WEBHOOKS: {
    schema: onOrOff(),
    unset: 'on',
    purpose:
      'Whether webhooks are sent. With "off", a starting server switches off all of them, and their people cannot switch them on: for a server that was restored to try it out.',
  },
  WEBHOOK_ALLOWED_HOSTS: {
    schema: hosts().meta({
      expected: 'hosts with commas between them, such as ci.internal or 10.0.0.5:8080',
    }),
    unset: '',
    purpose:
      'Receivers of webhooks in your own network: to these hosts, deliveries may go by plain http and to private addresses. Otherwise they go to public addresses by https only.',
  },
  LOG_LEVEL: {
    schema: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
      .meta({ expected: 'one of fatal, error, warn, info, debug, trace, silent' }),
    unset: 'info',
    purpose: 'The least severe level that is logged. Content and tokens are never logged.',
  },
  ADMINISTRATORS: {
    schema: z
      .string()
      .transform((text) => (text.trim() === '*' ? ('everyone' as const) : listed(text)))
      .refine((ids) => ids === 'everyone' || !ids.includes('*'))
      .meta({ expected: 'ids of users with commas between them, or * for everyone' }),
    unset: null,
    purpose: 'Users who may open the dashboard. All in development, none in production.',
  },
  ...TELEMETRY_VARIABLES,
  ...CONNECTION_VARIABLES,
} as const satisfies Record<
  string,
  { schema: z.ZodType<unknown, string>; unset: string | null; purpose: string }
>;

type Variable = keyof typeof variables;
type Values = {
  [V in Variable]:
    | z.output<(typeof variables)[V]['schema']>
    | ((typeof variables)[V]['unset'] extends null ? null : never);
};

export interface Configuration {
  readonly mode: 'development' | 'production' | 'test';
  readonly port: number;
  readonly host: string | null;
  /** Null: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly dataDir: string;
  /** Null: the database in `dataDir`. */
  readonly databaseUrl: URL | null;
  readonly redisUrl: string | null;
  /** Null: in `dataDir`, or nowhere with `databaseUrl`. */
  readonly filesPlace: FilesPlace | null;
  readonly files: {
    readonly maxFileBytes: number;
    readonly bytesPerDocument: number;
    readonly bytesPerUser: number;
  };
  /** Null: beside the server's bundle. */
  readonly webDir: string | null;
  readonly publicUrl: URL | null;
  /** Null: the secret in `dataDir`. */
  readonly authSecrets: Secrets | null;
  readonly allowGuests: boolean;
  readonly oidcProviders: readonly OidcProvider[];
  /** Null: the server sends no mails. */
  readonly mail: {
    readonly url: string;
    readonly from: string;
    readonly publicUrl: URL;
    readonly hasExcerpts: boolean;
  } | null;
  readonly allowAdhocDocuments: boolean;
  readonly allowedOrigins: readonly string[];
  readonly allowedFrames: readonly string[];
  readonly trustedProxies: number;
  readonly drainDelayMs: number;
  /** Null: no message is compressed. */
  readonly compressFromBytes: number | null;
  readonly engineWorkers: number | null;
  readonly allowsPublicPages: boolean;
  /** Null: the history is never thinned. */
  readonly historyFullDays: number | null;
  /** 0: nothing is recorded. */
  readonly auditDays: number;
  readonly directory: Directory;
  readonly webhooks: boolean;
  readonly webhookAllowedHosts: readonly string[];
  readonly logLevel: string;
  readonly administrators: readonly string[] | 'everyone';
  readonly metricsToken: string | null;
  readonly selfProbe: boolean;
  readonly traces: {
    readonly endpoint: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly service: string;
  } | null;
  readonly limits: {
    readonly connectionsPerUser: number;
    readonly connectionsPerAddress: number;
    readonly hellosPerSecond: number;
    readonly messagesPerSecond: number;
    readonly bytesPerSecond: number;
  };
}

/**
 * Reads the environment; an empty variable counts as not set.
 *
 * @throws StartupError with a sentence for each invalid variable.
 */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const problems: string[] = [];
  const entries = Object.entries(variables).map(([name, { schema, unset }]) => {
    const given = environment[name];
    const text = given === undefined || given === '' ? unset : given;
    if (text === null) return [name, null];
    const result = schema.safeParse(text);
    if (!result.success) problems.push(problemWith(name, { text, schema, error: result.error }));
    return [name, result.data];
  });
  const values = Object.fromEntries(entries) as Values;
  const tls = tlsFiles(values, problems);
  if (values.REDIS_URL !== null && values.DATABASE_URL === null)
    problems.push(
      'REDIS_URL is set without DATABASE_URL. Servers that share Redis also share a Postgres database; set both, or neither.',
    );
  if (values.OIDC_PROVIDERS?.length > 0 && values.PUBLIC_URL === null)
    problems.push(
      'OIDC_PROVIDERS is set without PUBLIC_URL, to which the providers lead people back. Set both.',
    );
  if (values.SMTP_URL !== null && (values.MAIL_FROM === null || values.PUBLIC_URL === null))
    problems.push(
      'SMTP_URL is set without MAIL_FROM or PUBLIC_URL, the sender of mails and the address in their links. Set all three.',
    );
  if (problems.length > 0) throw new StartupError(problems.join('\n'));
  return {
    mode: values.NODE_ENV,
    port: values.PORT,
    host: values.HOST,
    tls,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    filesPlace: values.FILES_URL,
    files: {
      maxFileBytes: values.MAX_FILE_BYTES,
      bytesPerDocument: values.MAX_FILES_BYTES_PER_DOCUMENT,
      bytesPerUser: values.MAX_FILES_BYTES_PER_USER,
    },
    webDir: values.WEB_DIR,
    publicUrl: values.PUBLIC_URL === null ? null : new URL(values.PUBLIC_URL),
    authSecrets: values.AUTH_SECRET,
    allowGuests: values.ALLOW_GUESTS,
    oidcProviders: values.OIDC_PROVIDERS,
    mail: mailOf(values),
    allowAdhocDocuments: values.ALLOW_ADHOC_DOCUMENTS ?? values.NODE_ENV === 'development',
    allowedOrigins: values.ALLOWED_ORIGINS,
    allowedFrames: values.ALLOWED_FRAMES,
    trustedProxies: values.TRUST_PROXY,
    drainDelayMs: values.DRAIN_DELAY_SECONDS * 1_000,
    compressFromBytes: values.COMPRESS_FROM_BYTES,
    engineWorkers: values.ENGINE_WORKERS,
    allowsPublicPages: values.PUBLIC_PAGES,
    historyFullDays: values.HISTORY_FULL_DAYS,
    auditDays: values.AUDIT_DAYS,
    directory: values.DIRECTORY,
    webhooks: values.WEBHOOKS,
    webhookAllowedHosts: values.WEBHOOK_ALLOWED_HOSTS,
    logLevel: values.LOG_LEVEL,
    administrators: values.ADMINISTRATORS ?? (values.NODE_ENV === 'production' ? [] : 'everyone'),
    metricsToken: values.METRICS_TOKEN,
    selfProbe: values.SELF_PROBE,
    traces:
      values.OTEL_EXPORTER_OTLP_ENDPOINT === null
        ? null
        : {
            endpoint: new URL(values.OTEL_EXPORTER_OTLP_ENDPOINT),
            headers: values.OTEL_EXPORTER_OTLP_HEADERS,
            service: values.OTEL_SERVICE_NAME,
          },
    limits: {
      connectionsPerUser: values.MAX_CONNECTIONS_PER_USER,
      connectionsPerAddress: values.MAX_CONNECTIONS_PER_ADDRESS,
      hellosPerSecond: values.HELLOS_PER_SECOND,
      messagesPerSecond: values.MESSAGES_PER_SECOND,
      bytesPerSecond: values.BYTES_PER_SECOND,
    },
  };
}

function tlsFiles(
  { TLS_CERT, TLS_KEY }: Pick<Values, 'TLS_CERT' | 'TLS_KEY'>,
  problems: string[],
): Configuration['tls'] {
  if (TLS_CERT !== null && TLS_KEY !== null) return { certificate: TLS_CERT, key: TLS_KEY };
  if (TLS_CERT !== null || TLS_KEY !== null)
    problems.push(
      TLS_KEY === null
        ? 'TLS_CERT is set and TLS_KEY is not; set both, or neither.'
        : 'TLS_KEY is set and TLS_CERT is not; set both, or neither.',
    );
  return null;
}

export function describeConfiguration(): readonly {
  readonly name: string;
  readonly expected: string;
  readonly unset: string | null;
  readonly purpose: string;
}[] {
  return Object.entries(variables).map(([name, { schema, unset, purpose }]) => ({
    name,
    expected: expected(schema),
    unset: unset === '' ? null : unset,
    purpose,
  }));
}

function expected(schema: z.ZodType): string {
  return String(schema.meta()?.['expected']);
}

function problemWith(
  name: string,
  given: { readonly text: string; readonly schema: z.ZodType; readonly error: z.ZodError },
): string {
  const { text, schema, error } = given;
  // A sentence of the schema itself is more precise, and repeats no secret.
  const own = error.issues.find(({ code, message }) => code === 'custom' && message.endsWith('.'));
  if (own !== undefined) return `${name} ${own.message}`;
  return `${name} is ${shown(name, text)}; it must be ${expected(schema)}.`;
}

/** Even an invalid secret must not be printed. */
function mailOf({ SMTP_URL: url, MAIL_FROM: from, PUBLIC_URL: publicUrl, MAIL_EXCERPTS }: Values) {
  return url === null || from === null || publicUrl === null
    ? null
    : { url, from, publicUrl: new URL(publicUrl), hasExcerpts: MAIL_EXCERPTS };
}

const SECRETS: ReadonlyMap<string, string> = new Map<Variable, string>([
  ['AUTH_SECRET', 'too short'],
  ['DATABASE_URL', 'not the address of a Postgres database'],
  ['FILES_URL', 'not the address of a folder or a bucket'],
  ['METRICS_TOKEN', 'too short'],
  ['OIDC_PROVIDERS', 'not readable'],
  ['REDIS_URL', 'not readable'],
  ['SMTP_URL', 'not the address of a mail server'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'not readable'],
]);

function shown(name: string, text: string): string {
  return SECRETS.get(name) ?? JSON.stringify(text);
}
