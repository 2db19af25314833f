import { systemClock } from '@tandem/client';
import {
  errorOf,
  TOKEN_HEADER,
  type ErrorCode,
  type LibraryState,
  type Session,
  type User,
} from '@tandem/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Account } from './account.ts';
import { RequestFailed, type Failure } from './request.ts';

const mara: User = { id: 'u1', name: 'Mara', color: 3 };
const storage = { read: () => null, write: vi.fn(() => true) };
const tabs = {
  clock: systemClock,
  locks: undefined,
  lease: () => Promise.resolve(() => undefined),
};
const answers = new Map<string, () => Response>();
const requests: string[] = [];
const tokens: (string | null)[] = [];
const settled = () => new Promise((resolve) => setTimeout(resolve));
const session = () => Response.json({ user: mara, token: 't', expiresAt: 1 });
const refusal = (code: ErrorCode, status: number) =>
  Response.json({ error: errorOf(code) }, { status });

beforeEach(() => {
  answers.clear();
  requests.length = 0;
  tokens.length = 0;
  answers.set('POST /api/session', session);
  answers.set('GET /api/me', () => Response.json(mara));
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => {
    const call = `${init?.method ?? 'GET'} ${path}`;
    requests.push(call);
    tokens.push(new Headers(init?.headers).get(TOKEN_HEADER));
    const answer = answers.get(call);
    return answer === undefined
      ? Promise.reject(new TypeError('network'))
      : Promise.resolve(answer());
  });
});
afterEach(() => vi.unstubAllGlobals());

test('concurrent requests share one session, the client’s included', async () => {
  const account = new Account(storage, tabs);
  const [, , response] = await Promise.all([
    account.start(),
    account.start(),
    account.fetch('https://x/api/session', { method: 'POST' }),
  ]);
  expect(await response.json()).toEqual({ user: mara, token: 't', expiresAt: 1 });
  expect(requests).toEqual(['POST /api/session', 'GET /api/me']);
  expect(account.state.get()).toEqual({ user: mara, failure: null, hint: null });
  expect(storage.write).toHaveBeenCalledWith('user', mara);
});

test('PB9 the server says whether documents are published', async () => {
  const account = new Account(storage, tabs);
  expect(account.hasPublicPages).toBe(true);
  answers.set('POST /api/session', () =>
    Response.json({ user: mara, token: 't', expiresAt: 1, publicPages: false }),
  );
  await account.start();
  expect(account.hasPublicPages).toBe(false);
});

test('a session is renewed by its token where no cookie gets through', async () => {
  const account = new Account({ ...storage, read: () => mara as never }, tabs);
  const headers = { [TOKEN_HEADER]: 't' };
  await account.fetch('https://x/api/session', { method: 'POST', headers });
  expect([requests, tokens]).toEqual([['POST /api/session'], ['t']]);
});

test('a server that does not answer is the failure in the state', async () => {
  answers.clear();
  const account = new Account(storage, tabs);
  await expect(account.start()).rejects.toThrow('does not answer');
  expect(account.state.get()).toEqual({ user: null, failure: { kind: 'unreachable' }, hint: null });
  await expect(account.fetch('/api/session', { method: 'POST' })).rejects.toThrow(
    'does not answer',
  );
});

test('a browser that drops the cookie gets a hint, and one that stores it does not', async () => {
  const account = new Account(storage, tabs);
  await account.start();
  await settled();
  expect(account.state.get().hint).toBeNull();
  answers.set('GET /api/me', () => refusal('unauthenticated', 401));
  const stripped = new Account(storage, tabs);
  await stripped.start();
  await settled();
  expect(stripped.state.get()).toMatchObject({ user: mara, hint: { kind: 'no-cookies' } });
  // Whom the device knows is not requests after at each visit.
  requests.length = 0;
  const known = new Account({ ...storage, read: () => mara as never }, tabs);
  await known.start();
  await settled();
  expect(requests).toEqual(['POST /api/session']);
});

test('a page on plain http gets a hint with the better address', async () => {
  const publicUrl = 'https://docs.example.org';
  answers.set('POST /api/session', () =>
    Response.json({ user: mara, token: 't', expiresAt: 1, publicUrl }),
  );
  const account = new Account(storage, tabs);
  await account.start();
  expect(account.state.get().hint).toEqual({ kind: 'not-encrypted', address: publicUrl });
});

test('a proxy that asks to sign in reaches the client as that', async () => {
  answers.set('POST /api/session', () => new Response(null, { status: 302 }));
  const account = new Account(storage, tabs);
  const response = await account.fetch('/api/session', { method: 'POST' });
  expect([response.status, await response.text()]).toEqual([401, '']);
  expect(account.state.get()).toEqual({ user: null, failure: { kind: 'sign-in' }, hint: null });
});

test.each([
  ['unauthenticated', 401],
  ['too-many', 429],
  ['internal', 500],
  ['storage-failed', 503],
] as const)('a session refused as %s reaches the client with status %i', async (code, status) => {
  answers.set('POST /api/session', () => refusal(code, status));
  const response = await new Account(storage, tabs).fetch('/api/session', { method: 'POST' });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: errorOf(code) });
});

test('a session that cannot be read reaches the client as another version', async () => {
  answers.set('POST /api/session', () => Response.json({ user: 'Mara' }));
  const response = await new Account(storage, tabs).fetch('/api/session', { method: 'POST' });
  expect(response.ok).toBe(false);
  expect(await response.json()).toEqual({ error: errorOf('version-unsupported') });
});

describe('a session with an account', () => {
  const values = new Map<string, unknown>();
  const device = {
    read: (key: string) => (values.get(key) ?? null) as never,
    write: (key: string, value: unknown) => (values.set(key, value), true),
  };
  beforeEach(() => values.clear());

  test('AC11 is never replaced by a guest’s', async () => {
    values.set('user', mara).set('account', mara.id);
    const bodies: unknown[] = [];
    vi.stubGlobal('fetch', (_: string, init?: RequestInit) => {
      bodies.push(init?.body);
      return Promise.resolve(refusal('unauthenticated', 401));
    });
    const account = new Account(device, tabs);
    await expect(account.start()).rejects.toThrow('sign-in has expired');
    expect(bodies).toEqual(['{"guest":false}']);
    expect(account.state.get().user).toEqual(mara);
  });

  test('is what everyone who asks meanwhile gets, and for a while after', async () => {
    values.set('user', mara);
    const account = new Account(device, tabs);
    let answer = (_: Session): void => {};
    const beginning = account.begin(() => new Promise<Session>((resolve) => (answer = resolve)));
    const asked = account.start();
    await settled();
    const begun = { user: mara, token: 'begun', expiresAt: 1 };
    answer(begun);
    expect([await beginning, await asked, await account.start()]).toEqual([begun, begun, begun]);
    expect(requests).toEqual([]);
    expect(account.hasAccount).toBe(true);
  });

  test('that is refused leaves the guest a guest, and one without an answer does not', async () => {
    values.set('user', mara);
    const account = new Account(device, tabs);
    const fail = (failure: Failure) =>
      account.begin(() => Promise.reject(new RequestFailed(failure))).catch(() => undefined);
    await fail({ kind: 'refused', error: errorOf('forbidden') });
    expect(account.hasAccount).toBe(false);
    await fail({ kind: 'unreachable' });
    expect(account.hasAccount).toBe(true);
  });

  test('AC11 that got no answer leaves open whose it is, until one comes', async () => {
    values.set('user', mara);
    const account = new Account(device, tabs);
    const lost = () => Promise.reject(new RequestFailed({ kind: 'unreachable' }));
    const refused = () =>
      Promise.reject(new RequestFailed({ kind: 'refused', error: errorOf('forbidden') }));
    expect(account.wayBack).toBe('sign-up');
    await account.begin(lost).catch(() => undefined);
    expect(new Account(device, tabs).wayBack).toBe('sign-in');
    await account.begin(refused).catch(() => undefined);
    expect(account.wayBack).toBe('sign-in');
    const jun = { ...mara, id: 'u2', name: 'Jun' };
    await account.begin(() => Promise.resolve({ user: jun, token: 't', expiresAt: 1 }));
    expect(account.wayBack).toBe('again');
    await account.begin(lost).catch(() => undefined);
    expect(account.wayBack).toBe('again');
  });

  test('AC11 that never began leaves the guest a guest', async () => {
    values.set('user', mara);
    const account = new Account(device, tabs);
    const lost = () => Promise.reject(new RequestFailed({ kind: 'unreachable' }));
    await account.begin(lost).catch(() => undefined);
    answers.set('POST /api/session', () =>
      Response.json({ user: mara, isGuest: true, token: 't', expiresAt: 1 }),
    );
    await account.start();
    expect([account.hasAccount, account.wayBack]).toEqual([false, 'sign-up']);
  });
});

test('two tabs that start at once request their sessions one after the other', async () => {
  let last: Promise<unknown> = Promise.resolve();
  const names: string[] = [];
  const request = (name: string, run: () => Promise<unknown>) => {
    names.push(name);
    last = last.then(run);
    return last;
  };
  const locks = { request } as unknown as LockManager;
  let answerFirst = () => {};
  let askedFirst = () => {};
  const isAsked = new Promise<void>((resolve) => (askedFirst = resolve));
  const answered = new Promise<void>((resolve) => (answerFirst = resolve));
  const direct = fetch;
  vi.stubGlobal('fetch', async (path: string, init?: RequestInit) => {
    const response = await direct(path, init);
    askedFirst();
    await answered;
    return response;
  });
  const both = { ...tabs, locks };
  const starts = [new Account(storage, both).start(), new Account(storage, both).start()];
  await isAsked;
  expect(requests).toEqual(['POST /api/session']);
  answerFirst();
  await Promise.all(starts);
  expect(requests.filter((call) => call === 'POST /api/session')).toHaveLength(2);
  expect(new Set(names).size).toBe(1);
});

describe('with a library', () => {
  function library(user: User | null) {
    const listeners = new Set<() => void>();
    const channel: { state: LibraryState | null } = { state: null };
    const become = (next: User | null) => {
      channel.state = next && { type: 'library', user: next, documents: [], next: null };
      for (const listener of listeners) listener();
    };
    become(user);
    return {
      become,
      get state() {
        return channel.state;
      },
      onChange: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }

  test('a change in the library shows at once, and is stored for the next visit', async () => {
    const account = new Account(storage, tabs);
    await account.start();
    const channel = library(mara);
    account.follow(channel);
    channel.become({ ...mara, name: 'Anton' });
    expect(account.state.get().user?.name).toBe('Anton');
    expect(storage.write).toHaveBeenLastCalledWith('user', { ...mara, name: 'Anton' });
    channel.become(null);
    expect(account.state.get().user).toEqual(mara);
  });

  test('the library of a previous user is ignored', async () => {
    const account = new Account(storage, tabs);
    account.follow(library({ ...mara, id: 'u2', name: 'Jun' }));
    expect(account.state.get().user).toBeNull();
    await account.start();
    expect(account.state.get().user).toEqual(mara);
  });

  test('other changes in the library call no listener', async () => {
    const account = new Account(storage, tabs);
    await account.start();
    const channel = library(mara);
    account.follow(channel);
    const changed = vi.fn();
    account.state.subscribe(changed);
    channel.become({ ...mara });
    expect(changed).not.toHaveBeenCalled();
  });
});
