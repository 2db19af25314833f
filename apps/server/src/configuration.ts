/** Everything an operator can set: environment variables, one schema, all problems told at once. */
import { z } from 'zod';
import { StartupProblem } from './startup-problem.ts';

const MIN_SECRET_LENGTH = 32;

const whole = (range: { readonly min: number; readonly max: number }) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= range.min && value <= range.max)
    .meta({ expected: `a whole number from ${range.min} to ${range.max}` });

const yesOrNo = () =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .meta({ expected: '"true" or "false"' });

const httpUrl = (text: string): boolean => {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
};

const words = z.string().min(1);

/** Each variable: how it is read, what it must be, what holds when it is not set, what it is for. */
const variables = {
  NODE_ENV: {
    schema: z
      .enum(['development', 'production', 'test'])
      .meta({ expected: '"development", "production" or "test"' }),
    unset: 'production',
    purpose: 'Development accepts pages from any port of this machine and prints readable logs.',
  },
  PORT: {
    schema: whole({ min: 0, max: 65_535 }),
    unset: '3000',
    purpose: 'The one port for pages, API and sockets. 0 takes any free port.',
  },
  HOST: {
    schema: words.meta({ expected: 'an address of this machine' }),
    unset: null,
    purpose: 'The address to listen on; all of them when it is not set.',
  },
  DATA_DIR: {
    schema: words.meta({ expected: 'a folder' }),
    unset: './data',
    purpose: 'The folder of the database and the secret. Back it up.',
  },
  WEB_DIR: {
    schema: words.meta({ expected: 'a folder' }),
    unset: null,
    purpose: 'The built web application; the one beside the server when it is not set.',
  },
  PUBLIC_URL: {
    schema: z
      .string()
      .refine(httpUrl)
      .meta({ expected: 'an address such as https://docs.example.org' }),
    unset: null,
    purpose: 'The address that people use. With https, cookies are marked secure.',
  },
  AUTH_SECRET: {
    schema: z
      .string()
      .min(MIN_SECRET_LENGTH)
      .meta({ expected: `at least ${MIN_SECRET_LENGTH} characters` }),
    unset: null,
    purpose: 'Signs the tokens of sockets; made and kept in DATA_DIR/secret when it is not set.',
  },
  ALLOW_GUESTS: {
    schema: yesOrNo(),
    unset: 'true',
    purpose: 'Whoever opens the page gets a name and may write.',
  },
  ALLOW_ADHOC_DOCUMENTS: {
    schema: yesOrNo(),
    unset: null,
    purpose: 'A stock Yjs client creates the document it names. On in development, off otherwise.',
  },
  ALLOWED_ORIGINS: {
    schema: z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((origin) => origin.trim())
          .filter((origin) => origin !== ''),
      )
      .refine((origins) =>
        origins.every((origin) => httpUrl(origin) && new URL(origin).origin === origin),
      )
      .meta({ expected: 'origins with commas between them, such as https://app.example.org' }),
    unset: '',
    purpose: 'Other sites whose pages may connect to this server.',
  },
  TRUST_PROXY: {
    schema: whole({ min: 0, max: 10 }),
    unset: '0',
    purpose:
      'How many reverse proxies stand in front; that many entries of X-Forwarded-For are believed.',
  },
  ENGINE_WORKERS: {
    schema: whole({ min: 1, max: 64 }),
    unset: '2',
    purpose: 'Threads that keep documents.',
  },
  LOG_LEVEL: {
    schema: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
      .meta({ expected: 'one of fatal, error, warn, info, debug, trace, silent' }),
    unset: 'info',
    purpose: 'How much is logged. Content and tokens never are.',
  },
  MAX_CONNECTIONS_PER_USER: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '20',
    purpose: 'Sockets that one person may have open.',
  },
  MAX_CONNECTIONS_PER_ADDRESS: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '200',
    purpose:
      'Sockets from one network address; this machine itself, and so a proxy on it, is not counted.',
  },
  MESSAGES_PER_SECOND: {
    schema: whole({ min: 1, max: 1_000_000 }),
    unset: '200',
    purpose: 'What one connection may send in the long run; ten times that at once.',
  },
  BYTES_PER_SECOND: {
    schema: whole({ min: 1_024, max: 1_000_000_000 }),
    unset: '2097152',
    purpose: 'What one connection may send in the long run; 24 MiB more at once.',
  },
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
  /** Null: all addresses of this machine. */
  readonly host: string | null;
  readonly dataDir: string;
  /** Null: beside the server's bundle. */
  readonly webDir: string | null;
  readonly publicUrl: URL | null;
  /** Null: the one in `dataDir`. */
  readonly authSecret: string | null;
  readonly allowGuests: boolean;
  readonly allowAdhocDocuments: boolean;
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: number;
  readonly engineWorkers: number;
  readonly logLevel: string;
  readonly limits: {
    readonly connectionsPerUser: number;
    readonly connectionsPerAddress: number;
    readonly messagesPerSecond: number;
    readonly bytesPerSecond: number;
  };
}

/**
 * Reads the environment; an empty variable counts as not set.
 *
 * @throws StartupProblem with a sentence for each variable that does not fit.
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
    if (!result.success)
      problems.push(`${name} is ${shown(name, text)}; it must be ${expected(schema)}.`);
    return [name, result.data];
  });
  if (problems.length > 0) throw new StartupProblem(problems.join('\n'));
  const values = Object.fromEntries(entries) as Values;
  return {
    mode: values.NODE_ENV,
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    webDir: values.WEB_DIR,
    publicUrl: values.PUBLIC_URL === null ? null : new URL(values.PUBLIC_URL),
    authSecret: values.AUTH_SECRET,
    allowGuests: values.ALLOW_GUESTS,
    allowAdhocDocuments: values.ALLOW_ADHOC_DOCUMENTS ?? values.NODE_ENV === 'development',
    allowedOrigins: values.ALLOWED_ORIGINS,
    trustedProxies: values.TRUST_PROXY,
    engineWorkers: values.ENGINE_WORKERS,
    logLevel: values.LOG_LEVEL,
    limits: {
      connectionsPerUser: values.MAX_CONNECTIONS_PER_USER,
      connectionsPerAddress: values.MAX_CONNECTIONS_PER_ADDRESS,
      messagesPerSecond: values.MESSAGES_PER_SECOND,
      bytesPerSecond: values.BYTES_PER_SECOND,
    },
  };
}

/** The table of the documentation. */
export function describeConfiguration(): readonly {
  readonly name: string;
  readonly expected: string;
  /** Null: nothing. */
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

/** A secret that is too short is still somebody's secret. */
function shown(name: string, text: string): string {
  return name === 'AUTH_SECRET' ? 'too short' : JSON.stringify(text);
}
