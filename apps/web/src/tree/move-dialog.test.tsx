// @vitest-environment happy-dom
import type { ListedDocument } from '@tandem/protocol';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startLanguage } from '../languages/i18n.ts';
import { ServicesContext, type Services } from '../session/services.ts';
import { MoveDialog } from './move-dialog.tsx';

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => void vi.unstubAllGlobals());

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
  const client = { pages: { loadPath }, search: { find: () => Promise.resolve([]) } };
  const services = { client, library } as unknown as Services;
  startLanguage();
  const root = createRoot(window.document.body.appendChild(window.document.createElement('div')));
  await act(async () =>
    root.render(
      <ServicesContext value={services}>
        <MoveDialog document={document} onClose={() => undefined} />
      </ServicesContext>,
    ),
  );
  const dialog = window.document.querySelector('[role=dialog]');
  const shown = {
    field: dialog?.querySelector('input') != null,
    note: dialog?.querySelector('[role=status]')?.textContent ?? null,
    targets: [...(dialog?.querySelectorAll('[role=option]') ?? [])].map((row) => row.textContent),
  };
  act(() => root.unmount());
  return { shown, loadPath };
}

test('a document that is not listed here is loaded before it is moved', async () => {
  const { shown, loadPath } = await open('far', { isFound: true });
  expect(loadPath.mock.calls.map(([, id]) => id)).toEqual(['far']);
  expect(shown).toEqual({ field: true, note: '', targets: ['Title near'] });
  const near = await open('near', { isFound: true });
  expect(near.loadPath).not.toHaveBeenCalled();
});

test('a document that cannot be loaded is told about', async () => {
  const { shown } = await open('far', { isFound: false });
  expect(shown.field).toBe(true);
  expect(shown.note).toMatch(/could not be loaded.*Nothing was moved/u);
  expect(shown.targets).toEqual([]);
});
