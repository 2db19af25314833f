import type { RefusedListener } from '@tandem/client';
import { errorOf, type Call } from '@tandem/protocol';
import { expect, test, vi } from 'vitest';
import { RefusedDocuments } from './refused-documents.ts';

const error = errorOf('forbidden');
const given = (call: Call) => ({ ...call, id: 'c1', at: 1 }) as Parameters<RefusedListener>[0];
const create = given({ name: 'document:create', input: { document: 'a' } });
const rename = given({ name: 'document:rename', input: { document: 'a', title: 'Tide' } });

test('a document whose creation was refused is remembered with its title', () => {
  const refused = new RefusedDocuments({ run: vi.fn() });
  expect(refused.handleRefusal(create, error)).toBe(true);
  expect(refused.handleRefusal(rename, errorOf('not-found'))).toBe(true);
  expect([...refused.state.get()]).toEqual([['a', { title: 'Tide', error }]]);
});

test('other refusals are not handled here', () => {
  const refused = new RefusedDocuments({ run: vi.fn() });
  expect(refused.handleRefusal(rename, error)).toBe(false);
  expect(
    refused.handleRefusal(given({ name: 'document:unlist', input: { document: 'a' } }), error),
  ).toBe(false);
  expect(refused.state.get().size).toBe(0);
});

test('retrying repeats the creation with its title, once', () => {
  const run = vi.fn();
  const refused = new RefusedDocuments({ run });
  refused.handleRefusal(create, error);
  refused.handleRefusal(rename, error);
  refused.retry('a');
  refused.retry('a');
  expect(run.mock.calls).toEqual([
    [{ name: 'document:create', input: { document: 'a', title: 'Tide' } }],
  ]);
  expect(refused.state.get().size).toBe(0);
});
