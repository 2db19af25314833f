/** Tandem, with users that are created once. */
import { resolve } from 'node:path';
import { forEachConcurrently } from '../load/concurrency.ts';
import { createDataDocument } from '../load/bot.ts';
import type { RunningTarget } from './targets.ts';
import { MeasuredServer } from './measured-server.ts';
import type { SeededStorage } from './seeded-storage.ts';

const BUNDLE = resolve(import.meta.dirname, '../../apps/server/dist/main.js');

/** Each user opens as many connections as needed; rooms track users, and mostly have at most this many. */
const USERS = 250;
const CONCURRENCY = 25;
/** Tokens are valid for ten minutes. */
const TOKENS_FRESH_MS = 5 * 60_000;

const UNLIMITED = '1000000';
const ENVIRONMENT = {
  ALLOW_ADHOC_DOCUMENTS: 'true',
  LOG_LEVEL: 'warn',
  MAX_CONNECTIONS_PER_USER: UNLIMITED,
  MAX_CONNECTIONS_PER_ADDRESS: UNLIMITED,
  MESSAGES_PER_SECOND: UNLIMITED,
  BYTES_PER_SECOND: '1000000000',
};

interface User {
  readonly cookie: string;
  token: string;
}

export interface TandemTargetOptions {
  /** The target disposes of it. */
  readonly storage: SeededStorage;
  readonly bundle: string | undefined;
  readonly nodeArguments: readonly string[];
  readonly core: number | undefined;
}

export class TandemTarget implements AsyncDisposable {
  readonly #options: TandemTargetOptions;
  #users: User[] = [];
  #tokensIssuedMs = Number.NEGATIVE_INFINITY;

  private constructor(options: TandemTargetOptions) {
    this.#options = options;
  }

  static async create(options: TandemTargetOptions): Promise<TandemTarget> {
    const target = new TandemTarget(options);
    await target.#createUsers();
    return target;
  }

  async start(): Promise<RunningTarget> {
    const { storage, nodeArguments } = this.#options;
    const copy = await storage.copy();
    const server = await this.#launch(copy.settings, nodeArguments);
    return {
      clientProtocol: 'tandem',
      server,
      writesEverySeconds: 0,
      prepare: async (rooms, people, accounts = 0) => {
        await forEachConcurrently(rooms, CONCURRENCY, (room) =>
          createDataDocument(server.url, room),
        );
        await this.#refreshTokens(server.url);
        const users = [...this.#users, ...(await signInUsers(server.url, accounts - USERS))];
        return Array.from(
          { length: people },
          (_, index) => (users[index % users.length] as User).token,
        );
      },
      [Symbol.asyncDispose]: async () => {
        // Only a graceful stop writes a profile.
        if (nodeArguments.length > 0) await server.stop();
        await server[Symbol.asyncDispose]();
        await copy[Symbol.asyncDispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.storage[Symbol.asyncDispose]();
  }

  async #createUsers(): Promise<void> {
    const server = await this.#launch(this.#options.storage.seed);
    this.#users = await signInUsers(server.url, USERS);
    this.#tokensIssuedMs = performance.now();
    await server.stop();
  }

  async #refreshTokens(url: string): Promise<void> {
    if (performance.now() - this.#tokensIssuedMs < TOKENS_FRESH_MS) return;
    await forEachConcurrently(this.#users, CONCURRENCY, async (user) => {
      user.token = (await signIn(url, user.cookie)).token;
    });
    this.#tokensIssuedMs = performance.now();
  }

  #launch(
    settings: SeededStorage['seed'],
    nodeArguments: readonly string[] = [],
  ): Promise<MeasuredServer> {
    return MeasuredServer.create({
      script: this.#options.bundle ?? BUNDLE,
      nodeArguments,
      core: this.#options.core,
      env: { ...ENVIRONMENT, ...settings },
    });
  }
}

async function signInUsers(url: string, count: number): Promise<User[]> {
  const users: User[] = [];
  await forEachConcurrently(Array.from({ length: Math.max(0, count) }), CONCURRENCY, async () => {
    users.push(await signIn(url));
  });
  return users;
}

async function signIn(url: string, cookie?: string): Promise<User> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { origin: url, ...(cookie === undefined ? {} : { cookie }) },
  });
  if (!response.ok) throw new Error(`no session: ${response.status} ${await response.text()}`);
  const { token } = (await response.json()) as { readonly token: string };
  return { token, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}
