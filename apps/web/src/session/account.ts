/**
 * The signed-in user. The server makes a guest of every new browser; this device remembers the user, so that the
 * application starts without a network.
 */
import {
  asksToSignIn,
  waitForLock,
  type ChannelSession,
  type Environment,
  type TabLocks,
} from '@tandem/client';
import { session, type Session, type User } from '@tandem/protocol';
import { Observable } from '../runtime/observable.ts';
import type { SignInView } from './account-dialog.ts';
import {
  ACCOUNT_KEY,
  BEGUN_KEY,
  SIGNING_IN_KEY,
  USER_KEY,
  type DeviceStorage,
} from './device-storage.ts';
import { failureOf, post, RequestFailed, type Failure } from './request.ts';

const userSchema = session.shape.user;
const userId = userSchema.shape.id;
const SESSION_PATH = '/api/session';
const OWN_PATH = '/api/me';
const SESSION_LOCK = 'tandem-session';
/** Status for the client when this version cannot read the answer: the server sends it to outdated pages. */
const UPGRADE_REQUIRED = 426;
const UNAUTHORIZED = 401;
/** The token of a session that has begun is new for so long. */
const BEGUN_FOR_MS = 60_000;

export interface AccountState {
  /** The server's latest value, with this person's pending changes applied. */
  readonly user: User | null;
  readonly failure: Failure | null;
  readonly hint: AccountHint | null;
}

/**
 * - `no-cookies`: the browser, or a proxy, drops the session cookie
 * - `not-encrypted`: the page was loaded over plain http, and the server has an https address
 */
export type AccountHint =
  | { readonly kind: 'no-cookies' }
  | { readonly kind: 'not-encrypted'; readonly address: string };

export class Account {
  readonly state: Observable<AccountState>;
  readonly #storage: DeviceStorage;
  readonly #locking: TabLocking;
  #user: User | null;
  #library: Pick<ChannelSession<'library'>, 'state'> | null = null;
  #starting: Promise<Session> | null = null;
  #hint: AccountHint | null = null;
  #hasPublicPages = true;
  #beginning: Promise<Session> | null = null;
  #begun: { readonly session: Session; readonly atMs: number } | null = null;

  constructor(storage: DeviceStorage, locking: TabLocking) {
    this.#storage = storage;
    this.#locking = locking;
    this.#user = storage.read(USER_KEY, userSchema);
    this.state = new Observable<AccountState>(
      { user: this.#user, failure: null, hint: null },
      isSame,
    );
  }

  /**
   * Follows this person's name and colour in the library channel, which has them first.
   *
   * @returns a function that stops following
   */
  follow(library: Pick<ChannelSession<'library'>, 'state' | 'onChange'>): () => void {
    this.#library = library;
    const changed = () => this.#show(this.state.get().failure);
    changed();
    return library.onChange(changed);
  }

  /**
   * Starts or renews the session, and sets its cookie.
   *
   * @param headers identify the session where cookies are blocked
   * @throws RequestFailed
   */
  start(headers: HeadersInit = {}): Promise<Session> {
    // On a first visit, two concurrent requests would create two guests. The second tab waits, and sends the cookie of
    // the first.
    this.#starting ??= this.#startNext(headers).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  /** Whether this person has an account, and so is never replaced by a guest when the session is over. */
  get hasAccount(): boolean {
    return this.#user !== null && this.#storage.read(ACCOUNT_KEY, userId) === this.#user.id;
  }

  /** Whether documents may be published on this server, as far as it has told (PB9). */
  get hasPublicPages(): boolean {
    return this.#hasPublicPages;
  }

  /** How a person whose session is over gets on. */
  get wayBack(): SignInView {
    // A guest, on a server on which people sign in, keeps their work by an account.
    if (!this.hasAccount) return 'sign-up';
    // The answer to a guest's sign-in was lost, and so nobody knows whose account it is.
    return this.#storage.read(SIGNING_IN_KEY, userId) === this.#user?.id ? 'sign-in' : 'again';
  }

  rememberAccount(hasAccount: boolean): void {
    if (hasAccount !== this.hasAccount)
      this.#storage.write(ACCOUNT_KEY, hasAccount ? (this.#user?.id ?? null) : null);
    if (this.#storage.read(SIGNING_IN_KEY, userId) !== null)
      this.#storage.write(SIGNING_IN_KEY, null);
  }

  /**
   * Runs a request that begins a session with an account. Nothing else asks for a session meanwhile, in any tab: the
   * server ends the earlier one before its answer is here.
   *
   * @throws RequestFailed
   */
  async begin<S extends Session>(send: () => Promise<S>): Promise<S> {
    const before = this.#user?.id;
    const beginning = oneTabAtATime(this.#locking, SESSION_LOCK, () => this.#begin(send));
    this.#beginning = beginning;
    try {
      const answer = await beginning;
      if (before === answer.user.id) this.#storage.write(BEGUN_KEY, answer.expiresAt);
      return answer;
    } finally {
      if (this.#beginning === beginning) this.#beginning = null;
    }
  }

  /**
   * `fetch` for the client: shares this session request, because a second one on a first visit would create a second
   * guest.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const isForSession =
      init?.method === 'POST' && typeof input === 'string' && input.endsWith(SESSION_PATH);
    if (!isForSession) return fetch(input, init);
    try {
      return Response.json(await this.start(init.headers));
    } catch (thrown) {
      const failure = failureOf(thrown);
      // The client recognizes a proxy's sign-in by this status.
      if (failure.kind === 'sign-in') return new Response(null, { status: UNAUTHORIZED });
      if (failure.kind !== 'refused') throw thrown;
      const status = thrown instanceof RequestFailed ? thrown.status : null;
      return Response.json({ error: failure.error }, { status: status ?? UPGRADE_REQUIRED });
    }
  };

  async #begin<S extends Session>(send: () => Promise<S>): Promise<S> {
    const hadAccount = this.hasAccount;
    // Before the answer: it may be lost although the session has begun, and then nobody becomes a new guest.
    if (!hadAccount) {
      this.rememberAccount(true);
      this.#storage.write(SIGNING_IN_KEY, this.#user?.id ?? null);
    }
    try {
      const answer = await send();
      this.#user = answer.user;
      this.rememberAccount(true);
      this.#begun = { session: answer, atMs: this.#locking.clock.now() };
      this.#show(null);
      return answer;
    } catch (thrown) {
      if (!hadAccount && failureOf(thrown).kind === 'refused') this.rememberAccount(false);
      throw thrown;
    }
  }

  async #startNext(headers: HeadersInit): Promise<Session> {
    const begun = await this.#beginning?.catch(() => null);
    if (begun != null) return begun;
    const recent = this.#begun;
    // Where cookies are blocked, only this answer knows the session.
    if (recent !== null && this.#locking.clock.now() - recent.atMs < BEGUN_FOR_MS)
      return recent.session;
    return await oneTabAtATime(this.#locking, SESSION_LOCK, () => this.#request(headers));
  }

  async #request(headers: HeadersInit): Promise<Session> {
    try {
      const answer = await post(SESSION_PATH, {
        answer: session,
        headers,
        ...(this.hasAccount ? { body: { guest: false } } : {}),
      });
      const isAnother = answer.user.id !== this.#user?.id;
      this.#user = answer.user;
      if (answer.publicPages !== undefined) this.#hasPublicPages = answer.publicPages;
      if (answer.isGuest !== undefined) this.rememberAccount(!answer.isGuest);
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

  async #checkCookie(): Promise<void> {
    const response = await fetch(OWN_PATH, { cache: 'no-store', redirect: 'manual' }).catch(
      () => null,
    );
    // An unread body would keep the connection occupied.
    const body: unknown = await response?.json().catch(() => null);
    if (response?.status !== UNAUTHORIZED || asksToSignIn(response, body)) return;
    this.#hint = { kind: 'no-cookies' };
    this.#show(this.state.get().failure);
  }

  #show(failure: Failure | null): void {
    const own = this.#library?.state?.user;
    // The stored library may belong to a previous user.
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

export interface TabLocking {
  readonly clock: Environment['clock'];
  readonly locks: TabLocks | undefined;
  readonly lease: (name: string) => Promise<() => unknown>;
}

/** Runs `run` while no other tab of this browser does, as far as the browser supports it. */
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
