/**
 * Who we are. The server makes a guest of every new browser; this device remembers it, so that the
 * application starts without a network.
 */
import {
  asksToSignIn,
  type ChannelSession,
  waitForLock,
  type Environment,
  type TabLocks,
} from '@tandem/client';
import { session, type Session, type User } from '@tandem/protocol';
import { failureOf, post, RequestFailed, type Failure } from './request.ts';
import { Observable } from '../runtime/observable.ts';
import { USER_KEY, type DeviceStorage } from './device-storage.ts';

const userSchema = session.shape.user;
const SESSION_PATH = '/api/session';
const OWN_PATH = '/api/me';
const SESSION_LOCK = 'tandem-session';
/** For the client, of an answer that this version cannot read: what the server says to pages that are too old. */
const UPGRADE_REQUIRED = 426;
const UNAUTHORIZED = 401;

export interface AccountState {
  /** As the server last said, with what was changed here and is not refused. */
  readonly user: User | null;
  /** Why the last request for a session failed. */
  readonly failure: Failure | null;
  /** What the person should know about the way to the server. */
  readonly hint: AccountHint | null;
}

/**
 * - `no-cookies`: the browser, or something on the way, does not keep the session
 * - `not-encrypted`: the page came by plain http, and the server has a better address
 */
export type AccountHint =
  | { readonly kind: 'no-cookies' }
  | { readonly kind: 'not-encrypted'; readonly address: string };

export class Account {
  readonly state: Observable<AccountState>;
  readonly #storage: DeviceStorage;
  readonly #locking: TabLocking;
  /** As the server said when it was asked for a session. */
  #user: User | null;
  #library: Pick<ChannelSession<'library'>, 'state'> | null = null;
  #starting: Promise<Session> | null = null;
  #hint: AccountHint | null = null;

  constructor(storage: DeviceStorage, locking: TabLocking) {
    this.#storage = storage;
    this.#locking = locking;
    this.#user = storage.read(USER_KEY, userSchema);
    this.state = new Observable<AccountState>(
      { user: this.#user, failure: null, hint: null },
      isSame,
    );
  }

  /** From here on the library tells our name and colour: it is the first to know them. Returns the way to stop. */
  follow(library: Pick<ChannelSession<'library'>, 'state' | 'onChange'>): () => void {
    this.#library = library;
    const changed = () => this.#show(this.state.get().failure);
    changed();
    return library.onChange(changed);
  }

  /**
   * Begins a session, or renews it: the cookie that every other request needs comes with it.
   *
   * @throws RequestFailed
   */
  start(): Promise<Session> {
    // Two tabs that ask at once at a first visit would be two guests; the second asks with the cookie of the first.
    this.#starting ??= oneTabAtATime(this.#locking, SESSION_LOCK, () => this.#request()).finally(
      () => {
        this.#starting = null;
      },
    );
    return this.#starting;
  }

  /**
   * `fetch` for the client, which needs a session too. Two requests for one at a first visit would make
   * two guests of one person, so it shares ours.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const isForSession =
      init?.method === 'POST' && typeof input === 'string' && input.endsWith(SESSION_PATH);
    if (!isForSession) return fetch(input, init);
    try {
      return Response.json(await this.start());
    } catch (thrown) {
      const failure = failureOf(thrown);
      // As the client knows it from what stands in front of the server.
      if (failure.kind === 'sign-in') return new Response(null, { status: UNAUTHORIZED });
      if (failure.kind !== 'refused') throw thrown;
      const status = thrown instanceof RequestFailed ? thrown.status : null;
      return Response.json({ error: failure.error }, { status: status ?? UPGRADE_REQUIRED });
    }
  };

  async #request(): Promise<Session> {
    try {
      const answer = await post(SESSION_PATH, { answer: session });
      const isAnother = answer.user.id !== this.#user?.id;
      this.#user = answer.user;
      if (answer.publicUrl !== undefined)
        this.#hint = { kind: 'not-encrypted', address: answer.publicUrl };
      this.#show(null);
      if (isAnother) void this.#checkCookie();
      return answer;
    } catch (thrown) {
      this.#show(failureOf(thrown));
      throw thrown;
    }
  }

  /** Somebody new, though this may be no first visit: has the browser kept who that is? */
  async #checkCookie(): Promise<void> {
    const response = await fetch(OWN_PATH, { cache: 'no-store', redirect: 'manual' }).catch(
      () => null,
    );
    // Read in any case: an answer whose body nobody reads keeps its connection.
    const body: unknown = await response?.json().catch(() => null);
    if (response?.status !== UNAUTHORIZED || asksToSignIn(response, body)) return;
    this.#hint = { kind: 'no-cookies' };
    this.#show(this.state.get().failure);
  }

  #show(failure: Failure | null): void {
    const own = this.#library?.state?.user;
    // What is kept here of the library may be another person's.
    const user = own !== undefined && own.id === this.#user?.id ? own : this.#user;
    if (user !== null && !isSameUser(user, this.state.get().user))
      this.#storage.write(USER_KEY, user);
    this.state.set({ user, failure, hint: this.#hint });
  }
}

function isSame(one: AccountState, other: AccountState): boolean {
  return (
    one.failure === other.failure && one.hint === other.hint && isSameUser(one.user, other.user)
  );
}

function isSameUser(one: User | null, other: User | null): boolean {
  return one?.id === other?.id && one?.name === other?.name && one?.color === other?.color;
}

/** The browser's locks, and what is as good where it has none. */
export interface TabLocking {
  readonly clock: Environment['clock'];
  readonly locks: TabLocks | undefined;
  /** @returns the way to give it back. */
  readonly lease: (name: string) => Promise<() => unknown>;
}

/** Runs `run` while no other tab of this browser runs its own, where the browser can see to that. */
export async function oneTabAtATime<T>(
  { clock, locks, lease }: TabLocking,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  const release = await (locks === undefined ? lease(name) : waitForLock(locks, name, clock));
  try {
    return await run();
  } finally {
    release();
  }
}
