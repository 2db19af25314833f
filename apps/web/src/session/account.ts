/**
 * Who we are. The server makes a guest of every new browser; this device remembers it, so that the
 * application starts without a network.
 */
import { session, type ProfilePatch, type Session, type User } from '@tandem/protocol';
import { Observable } from '../observable.ts';
import {
  failureOf,
  request,
  RequestFailed,
  type Failure,
  type Method,
  type RequestOptions,
} from '../http/request.ts';
import type { DeviceStorage } from './device-storage.ts';
import { oneTabAtATime } from './one-tab-at-a-time.ts';

const userSchema = session.shape.user;
const USER_KEY = 'user';
const SESSION_PATH = '/api/session';
const SESSION_LOCK = 'tandem-session';
/** For the client, of an answer that this version cannot read: what the server says to pages that are too old. */
const UPGRADE_REQUIRED = 426;

export interface AccountState {
  /** As the server last said, with what was changed here and not refused. */
  readonly user: User | null;
  /** Why the last request for a session failed. */
  readonly failure: Failure | null;
}

export class Account {
  readonly state: Observable<AccountState>;
  readonly #storage: DeviceStorage;
  readonly #locks: Pick<LockManager, 'request'> | undefined;
  #starting: Promise<Session> | null = null;

  /** `locks` are the browser's, where it has them. */
  constructor(storage: DeviceStorage, locks?: Pick<LockManager, 'request'>) {
    this.#storage = storage;
    this.#locks = locks;
    this.state = new Observable<AccountState>({
      user: storage.read(USER_KEY, userSchema),
      failure: null,
    });
  }

  /**
   * Begins a session, or renews it: the cookie that every other request needs comes with it.
   *
   * @throws RequestFailed
   */
  start(): Promise<Session> {
    // Two tabs that ask at once at a first visit would be two guests; the second asks with the cookie of the first.
    this.#starting ??= oneTabAtATime(this.#locks, SESSION_LOCK, () => this.#request()).finally(
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
      if (!(thrown instanceof RequestFailed) || thrown.failure.kind !== 'refused') throw thrown;
      const { failure, status } = thrown;
      return Response.json({ error: failure.error }, { status: status ?? UPGRADE_REQUIRED });
    }
  };

  /**
   * A request in our name. When the server does not know us any more, the session is renewed and it is asked again.
   *
   * @throws RequestFailed
   */
  async request<T = undefined>(
    method: Method,
    path: string,
    options: RequestOptions<T> = {},
  ): Promise<T> {
    if (this.state.get().user === null) await this.start();
    try {
      return await request(method, path, options);
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure.kind !== 'refused' || failure.error.code !== 'unauthenticated') throw thrown;
      await this.start();
      return request(method, path, options);
    }
  }

  /**
   * Shows the change at once, and takes it back when the server does not.
   *
   * @throws RequestFailed
   */
  async change(patch: ProfilePatch): Promise<void> {
    const before = this.state.get().user;
    if (before === null) return;
    const { name = before.name, color = before.color } = patch;
    this.#know({ ...before, name, color });
    try {
      this.#know(await this.request('PATCH', '/api/me', { body: patch, answer: userSchema }));
    } catch (thrown) {
      this.#know(before);
      throw thrown;
    }
  }

  async #request(): Promise<Session> {
    try {
      const answer = await request('POST', SESSION_PATH, { answer: session });
      this.#know(answer.user);
      return answer;
    } catch (thrown) {
      this.state.set({ ...this.state.get(), failure: failureOf(thrown) });
      throw thrown;
    }
  }

  #know(user: User): void {
    this.#storage.write(USER_KEY, user);
    this.state.set({ user, failure: null });
  }
}
