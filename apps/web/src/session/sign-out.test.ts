import type { Client } from '@tandem/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const steps: string[] = [];
const stored = new Map<string, string>();
let answer: () => Response;

beforeEach(() => {
  steps.length = 0;
  stored.clear();
  for (const key of ['tandem.user', 'tandem.unload-outbox.1.x', 'tandem:transport', 'other'])
    stored.set(key, '1');
  answer = () => new Response(null, { status: 204 });
  vi.resetModules();
  vi.stubGlobal('fetch', (path: string) => {
    steps.push(path);
    return Promise.resolve(answer());
  });
  vi.stubGlobal('location', { replace: (path: string) => steps.push(`go to ${path}`) });
  vi.stubGlobal(
    'localStorage',
    new Proxy(
      { removeItem: (key: string) => stored.delete(key) },
      {
        ownKeys: () => [...stored.keys()],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      },
    ),
  );
  vi.stubGlobal('navigator', {
    storage: {
      getDirectory: () =>
        Promise.resolve({
          keys: () => ['export.zip'].values(),
          removeEntry: (name: string) => Promise.resolve(steps.push(`remove ${name}`)),
        }),
    },
  });
  vi.stubGlobal('indexedDB', {
    deleteDatabase: (name: string) => {
      steps.push(`delete ${name}`);
      const deleting = new EventTarget();
      queueMicrotask(() => deleting.dispatchEvent(new Event('success')));
      return deleting;
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

const client = {
  connection: { close: () => steps.push('disconnect') },
  close: () => {
    steps.push('close');
    return Promise.resolve();
  },
} as unknown as Client;

test('signing out ends the session, then deletes the application’s data, and nothing else', async () => {
  const { signOut, isSignedOut } = await import('./sign-out.ts');
  await signOut(client);
  expect(steps).toEqual([
    '/api/session/end',
    'disconnect',
    'close',
    'delete tandem',
    'delete tandem-commands',
    'delete tandem-states',
    'delete tandem-leases',
    'delete tandem-uploads',
    'delete tandem-images',
    'remove export.zip',
    'go to /',
  ]);
  expect([...stored.keys()]).toEqual(['other']);
  expect(isSignedOut()).toBe(true);
});

test('without an answer, nothing has changed', async () => {
  answer = () => new Response('<h1>502</h1>', { status: 502 });
  const { signOut, isSignedOut } = await import('./sign-out.ts');
  await expect(signOut(client)).rejects.toThrow('does not answer');
  expect(steps).toEqual(['/api/session/end']);
  expect(stored.size).toBe(4);
  expect(isSignedOut()).toBe(false);
});

test('a tab follows a sign-out in another tab, and no other change', async () => {
  const { followOtherTabs } = await import('./sign-out.ts');
  const listeners: ((event: Partial<StorageEvent>) => void)[] = [];
  vi.stubGlobal('addEventListener', (_: string, listener: () => void) => listeners.push(listener));
  followOtherTabs(client);
  const notify = (key: string, newValue: string | null) =>
    listeners.forEach((listener) => listener({ key, newValue }));
  notify('tandem.user', '{}');
  notify('tandem.theme', null);
  expect(steps).toEqual([]);
  notify('tandem.user', null);
  await vi.waitFor(() => expect(steps).toEqual(['disconnect', 'close', 'go to /']));
});

test('a page that is leaving does not come back as the next guest of another tab', async () => {
  const { followOtherTabs, signOut } = await import('./sign-out.ts');
  const listeners: ((event: Partial<StorageEvent>) => void)[] = [];
  vi.stubGlobal('addEventListener', (_: string, listener: () => void) => listeners.push(listener));
  followOtherTabs(client);
  const leaving = signOut(client);
  const become = (id: string) =>
    listeners.forEach((listener) =>
      listener({ key: 'tandem.user', oldValue: '{"id":"ada"}', newValue: `{"id":"${id}"}` }),
    );
  become('next-guest');
  await leaving;
  expect(steps.filter((step) => step === 'close')).toHaveLength(1);
  expect(steps.at(-1)).toBe('go to /');
});

test('a device without storage, or one that does not answer, does not stop a sign-out', async () => {
  vi.useFakeTimers();
  const { signOut } = await import('./sign-out.ts');
  const stuck = {
    connection: { close: () => undefined },
    close: () => new Promise(() => undefined),
  } as unknown as Client;
  vi.stubGlobal('indexedDB', undefined);
  const leaving = signOut(stuck);
  await vi.advanceTimersByTimeAsync(3_000);
  await leaving;
  expect(steps.at(-1)).toBe('go to /');
  expect([...stored.keys()]).toEqual(['other']);
  steps.length = 0;
  vi.stubGlobal('indexedDB', { deleteDatabase: () => new EventTarget() });
  const again = signOut(client);
  await vi.advanceTimersByTimeAsync(3_000);
  await again;
  expect(steps.at(-1)).toBe('go to /');
  vi.useRealTimers();
});
