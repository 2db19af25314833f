// @vitest-environment happy-dom
import type { ListedDocument } from '@tandem/protocol';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toast } from '../components/toast.ts';
import { startLanguage } from '../languages/i18n.ts';
import { ServicesContext, type Services } from '../session/services.ts';
import { MoveDialog } from './move-dialog.tsx';

vi.mock(import('../components/toast.ts'));

/** Longer than a search waits for the next key. */
const SEARCHED_MS = 400;

let root: Root | null = null;

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => {
  act(() => root?.unmount());
  vi.unstubAllGlobals();
});

const listed = (id: string): ListedDocument => ({
  ...{ id, title: `Title ${id}`, parent: null, position: 'a0', role: 'owner', kind: 'page' },
  ...{ excerpt: '', createdAt: 1, updatedAt: 1, chatRead: 0 },
});

async function open(document: string, { isFound }: { readonly isFound: boolean }) {
  const listeners = new Set<() => void>();
  const library = {
    state: { documents: [listed('near')] },
    status: 'live',
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const loadPath = vi.fn<(session: object, id: string) => Promise<void>>(async (_, id) => {
    if (!isFound) throw new TypeError('network');
    library.state = { documents: [...library.state.documents, listed(id)] };
    for (const listener of listeners) listener();
  });
  const calls = new Set<() => void>();
  const refusals = new Set<(call: object) => void>();
  const commands = {
    pending: [] as { readonly id: string }[],
    run: () => commands.pending.push({ id: 'move' }) && 'move',
    onChange: (listener: () => void) => calls.add(listener) && (() => calls.delete(listener)),
    onRefused: (listener: (call: object) => void) =>
      refusals.add(listener) && (() => refusals.delete(listener)),
  };
  const answer = (kind: 'done' | 'refused') => {
    commands.pending = [];
    if (kind === 'refused') for (const listener of refusals) listener({ id: 'move' });
    for (const listener of calls) listener();
  };
  const results = [{ document: 'other', title: 'Title other' }];
  const find = () => Promise.resolve({ results, similar: false });
  const client = { pages: { loadPath }, search: { find }, commands };
  const services = { client, library } as unknown as Services;
  startLanguage();
  const shownRoot = createRoot(
    window.document.body.appendChild(window.document.createElement('div')),
  );
  root = shownRoot;
  await act(async () =>
    shownRoot.render(
      <ServicesContext value={services}>
        <MoveDialog document={document} onClose={() => undefined} />
      </ServicesContext>,
    ),
  );
  const dialog = () => window.document.querySelector('[role=dialog]')!;
  const field = () => dialog().querySelector('input');
  const options = () => [...dialog().querySelectorAll<HTMLElement>('[role=option]')];
  return {
    loadPath,
    answer,
    field,
    options,
    note: () => dialog().querySelector('[role=status]')?.textContent,
    targets: () => options().map((row) => row.textContent),
  };
}

test('a document that is not listed here is loaded before it is moved', async () => {
  const far = await open('far', { isFound: true });
  expect(far.loadPath.mock.calls.map(([, id]) => id)).toEqual(['far']);
  expect(far.field()).not.toBeNull();
  expect(far.note()).toBe('');
  expect(far.targets()).toEqual(['Title near']);
});

test('a document that is listed is not loaded again', async () => {
  const { loadPath } = await open('near', { isFound: true });
  expect(loadPath).not.toHaveBeenCalled();
});

test('a document that cannot be loaded is told about', async () => {
  const far = await open('far', { isFound: false });
  expect(far.field()).not.toBeNull();
  expect(far.note()).toMatch(/could not be loaded.*Nothing was moved/u);
  expect(far.targets()).toEqual([]);
});

test.each(['done', 'refused'] as const)(
  'TR7 a move into a document that only the server knows is told when it is %s',
  async (kind) => {
    vi.mocked(toast).mockClear();
    const near = await open('near', { isFound: true });
    await act(async () => {
      const field = near.field()!;
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
      set!.call(field, 'other');
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, SEARCHED_MS));
    });
    expect(near.targets()).toEqual(['Title other']);
    await act(async () => near.options()[0]!.click());
    expect(toast).not.toHaveBeenCalled();
    await act(async () => near.answer(kind));
    expect(vi.mocked(toast).mock.calls.length).toBe(kind === 'done' ? 1 : 0);
  },
);
