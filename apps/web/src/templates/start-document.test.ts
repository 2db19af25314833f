import type { Client } from '@tandem/client';
import { afterEach, expect, test, vi } from 'vitest';
import type { DuplicateResult } from '../copies/duplicate-document.ts';
import { makeCopy, type Original } from '../copies/duplication.ts';
import { saveAsTemplate } from './start-document.ts';

vi.mock('../copies/duplication.ts', () => ({
  ...{ makeCopy: vi.fn(), copyOf: vi.fn(), PROBLEM_MS: 1 },
}));

afterEach(() => void vi.clearAllMocks());

async function commandsAfter(result: DuplicateResult): Promise<readonly unknown[]> {
  vi.mocked(makeCopy).mockResolvedValue(result);
  const run = vi.fn();
  const original = { session: { id: 'plan' }, title: 'Plan' } as unknown as Original;
  await saveAsTemplate(original, { commands: { run } } as unknown as Client);
  return run.mock.calls.flat();
}

test('TM4 a copy is a template once all of it is there, and none if files are missing', async () => {
  const copy = { kind: 'created', document: 'copy', losses: [] } as const;
  expect(await commandsAfter({ ...copy, refusals: [] })).toEqual([
    { name: 'document:template', input: { document: 'copy', isTemplate: true } },
  ]);
  expect(await commandsAfter({ ...copy, refusals: ['It is lost.'] })).toEqual([]);
  expect(await commandsAfter({ kind: 'not-loaded' })).toEqual([]);
});
