/**
 * Tandem's data folder with users, created once. Each run starts on a copy, so that runs do not
 * affect each other.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDataDocument } from '../load/bot.ts';
import type { RunningTarget } from './targets.ts';
import { ServerProcess } from './server-process.ts';

const BUNDLE = resolve(import.meta.dirname, '../../apps/server/dist/main.js');

/** Each user opens as many connections as needed; rooms track users, and have at most this many. */
const PEOPLE = 250;
const AT_ONCE = 25;
/** Tokens are valid for ten minutes. */
const TOKENS_FRESH_MS = 5 * 60_000;

const PLENTY = '1000000';
const ENVIRONMENT = {
  ALLOW_ADHOC_DOCUMENTS: 'true',
  LOG_LEVEL: 'warn',
  MAX_CONNECTIONS_PER_USER: PLENTY,
  MAX_CONNECTIONS_PER_ADDRESS: PLENTY,
  MESSAGES_PER_SECOND: PLENTY,
  BYTES_PER_SECOND: '1000000000',
};

interface Person {
  readonly cookie: string;
  token: string;
}

export interface TandemHomeOptions {
  /** Defaults to the workspace's build. */
  readonly bundle: string | undefined;
  readonly nodeArguments: readonly string[];
}

export class TandemHome implements AsyncDisposable {
  readonly #options: TandemHomeOptions;
  readonly #folder: string;
  #people: Person[] = [];
  #tokensFromMs = Number.NEGATIVE_INFINITY;

  private constructor(folder: string, options: TandemHomeOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  static async create(options: TandemHomeOptions): Promise<TandemHome> {
    const home = new TandemHome(await mkdtemp(join(tmpdir(), 'tandem-bench-')), options);
    await home.#settle();
    return home;
  }

  async start(): Promise<RunningTarget> {
    const data = await mkdtemp(join(tmpdir(), 'tandem-bench-run-'));
    await cp(this.#seedFolder, data, { recursive: true });
    const server = await this.#launch(data, this.#options.nodeArguments);
    return {
      clientProtocol: 'tandem',
      server,
      prepare: async (rooms, people) => {
        await inTurns(rooms, (room) => createDataDocument(server.url, room));
        await this.#refreshTokens(server.url);
        return Array.from(
          { length: people },
          (_, index) => (this.#people[index % PEOPLE] as Person).token,
        );
      },
      [Symbol.asyncDispose]: async () => {
        // Only a graceful stop writes a profile.
        if (this.#options.nodeArguments.length > 0) await server.stop();
        await server[Symbol.asyncDispose]();
        await rm(data, { recursive: true, force: true });
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #seedFolder(): string {
    return join(this.#folder, 'data');
  }

  async #settle(): Promise<void> {
    const server = await this.#launch(this.#seedFolder);
    await inTurns(Array.from({ length: PEOPLE }), async () => {
      this.#people.push(await signIn(server.url));
    });
    this.#tokensFromMs = performance.now();
    await server.stop();
  }

  async #refreshTokens(url: string): Promise<void> {
    if (performance.now() - this.#tokensFromMs < TOKENS_FRESH_MS) return;
    await inTurns(this.#people, async (person) => {
      person.token = (await signIn(url, person.cookie)).token;
    });
    this.#tokensFromMs = performance.now();
  }

  #launch(data: string, nodeArguments: readonly string[] = []): Promise<ServerProcess> {
    return ServerProcess.create({
      script: this.#options.bundle ?? BUNDLE,
      nodeArguments,
      env: { ...ENVIRONMENT, DATA_DIR: data },
    });
  }
}

async function signIn(url: string, cookie?: string): Promise<Person> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { origin: url, ...(cookie === undefined ? {} : { cookie }) },
  });
  if (!response.ok) throw new Error(`no session: ${response.status} ${await response.text()}`);
  const { token } = (await response.json()) as { readonly token: string };
  return { token, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    while (waiting.length > 0) await act(waiting.pop() as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
