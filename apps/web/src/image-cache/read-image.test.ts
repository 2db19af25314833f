import { errorOf } from '@tandem/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { findFilePresence } from '../editor/files/file-presence.ts';
import { readImage } from './read-image.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const place = { document: 'd1', file: 'f1' };

function answerWith(body: unknown, status: number, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status, headers }));
}

test('only the server itself says that an image is gone, and no proxy that asks to sign in', async () => {
  for (const status of [403, 404, 410]) {
    answerWith({ error: errorOf('not-found') }, status);
    expect(await readImage(place, 100)).toEqual({ kind: 'gone' });
    expect(await findFilePresence('/f')).toBe(status === 410 ? 'deleted' : 'absent');
    answerWith({ message: 'Sign in' }, status);
    expect(await readImage(place, 100)).toEqual({ kind: 'other' });
    expect(await findFilePresence('/f')).toBe('unreachable');
  }
});

test('an image of more bytes than are wanted is not read', async () => {
  const headers = { 'Content-Type': 'image/png', 'Content-Length': '4' };
  answerWith('ab', 200, headers);
  expect(await readImage(place, 4)).toMatchObject({ kind: 'image' });
  expect(await readImage(place, 3)).toEqual({ kind: 'other' });
});
