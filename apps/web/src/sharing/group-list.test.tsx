// @vitest-environment happy-dom
import type { SharingMember } from '@tandem/protocol';
import type { DocumentGroups } from '@tandem/protocol/groups';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import words from '../languages/sharing.en.json' with { type: 'json' };
import { ServicesContext, type Services } from '../session/services.ts';
import { startTranslation } from '../translation/translation.ts';
import { overlays } from '../components/overlays.ts';
import { GroupList } from './group-list.tsx';
import type { KnownSharing } from './use-asked.ts';
import { useDocumentGroups } from './use-document-groups.ts';

const [CREW, GUIDES] = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAW'] as const;
const PATH = '/api/documents/plan/groups';
const GROUPS: DocumentGroups = {
  groups: [
    { group: { id: CREW, name: 'Harbour crew', people: 12 }, role: 'viewer' },
    { group: { id: GUIDES, name: 'Guides', people: 1 }, role: 'editor', from: 1 },
  ],
};
const BEN: SharingMember = {
  user: { id: 'ben', name: 'Ben', color: 1 },
  ...{ role: 'viewer', isOwn: false },
};

let root: Root;
beforeAll(() => overlays.load());
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startTranslation('en', words);
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const NOBODY: KnownSharing = { members: [], around: { link: 'off', isRestricted: false } };

async function show(fetch: unknown) {
  const services = { account: { fetch } } as unknown as Services;
  function Shown({ of }: { readonly of: KnownSharing }) {
    return <GroupList groups={useDocumentGroups('plan', of)} around={['Tide log']} />;
  }
  const render = async (of: KnownSharing) =>
    await act(async () =>
      root.render(
        <ServicesContext value={services}>
          <Shown of={of} />
        </ServicesContext>,
      ),
    );
  await render(NOBODY);
  return { render, rows: () => [...document.querySelectorAll('li')] };
}

test('GR4 the groups of a document are listed, with those of the one around it, which are not changed here', async () => {
  const fetch = vi.fn(async () => Response.json(GROUPS));
  const { render, rows } = await show(fetch);
  expect(document.querySelector('h3')!.textContent).toBe('Groups');
  const [crew, guides] = rows();
  expect(crew!.textContent).toContain('Harbour crew12 people');
  expect(crew!.querySelector('[aria-label="Role of Harbour crew: Can view"]')).not.toBeNull();
  expect(guides!.textContent).toBe('Guides1 personfrom Tide logCan edit');
  expect(guides!.querySelector('button')).toBeNull();
  // One who has opened the document may have come through a group.
  await render({ ...NOBODY, members: [BEN] });
  expect(fetch).toHaveBeenCalledTimes(2);
  await render({ members: [BEN], around: { link: 'off', isRestricted: true } });
  expect(fetch).toHaveBeenCalledTimes(3);
});

test('GR2 a role is changed and taken away, and a refusal is a sentence', async () => {
  const sent: unknown[] = [];
  const fetch = vi.fn(async (path: string, { method, body }: RequestInit) => {
    if (method === 'GET') return Response.json(GROUPS);
    sent.push([path, JSON.parse(body as string)]);
    if (sent.length === 1) return new Response(null, { status: 204 });
    throw new TypeError('no network');
  });
  const { rows } = await show(fetch);
  const choose = async (name: string) => {
    await act(async () => rows()[0]!.querySelector('button')!.click());
    const items = [...document.querySelectorAll<HTMLElement>('[role^=menuitem]')];
    await act(async () => items.find(({ textContent }) => textContent === name)!.click());
  };
  await choose('Can comment');
  expect(document.querySelector('[role=alert]')).toBeNull();
  await choose('Remove role');
  expect(document.querySelector('[role=alert]')!.textContent).toContain('may not have happened');
  expect(sent).toEqual([
    [PATH, { group: CREW, role: 'commenter' }],
    [PATH, { group: CREW, role: null }],
  ]);
});
