// @vitest-environment happy-dom
import type { InvitedAddresses } from '@tandem/protocol/directory';
import type { Group } from '@tandem/protocol/groups';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServicesContext, type Services } from '../session/services.ts';
import { AddPerson } from './add-person.tsx';
import type { KnownSharing, SendResult } from './use-asked.ts';
import type { DocumentGroupRoles } from './use-document-groups.ts';
import { useInvited } from './use-invited.ts';
import words from '../languages/sharing.en.json' with { type: 'json' };
import { startTranslation } from '../translation/translation.ts';

const roots: Root[] = [];
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startTranslation('en', words);
});
afterEach(() => {
  act(() => roots.splice(0).forEach((root) => root.unmount()));
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const NOBODY: KnownSharing = { members: [], around: null };
const KNOWN: InvitedAddresses = { directory: 'contacts', addresses: 'mailed', invited: [] };

const GROUP_ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const CREW: Group = { id: GROUP_ID, name: 'Harbour crew', people: 12 };

function show(known: Partial<InvitedAddresses> | null, groups: Partial<DocumentGroupRoles> = {}) {
  const invite = vi.fn(() => Promise.resolve('done' as const));
  const fetch = vi.fn(() => Promise.resolve(Response.json({ people: [], groups: [CREW] })));
  const services = { account: { fetch }, client: { people: {} } } as unknown as Services;
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  roots.push(root);
  const all = known === null ? null : { ...KNOWN, ...known };
  const invited = { known: all, invite, withdraw: invite };
  act(() =>
    root.render(
      <ServicesContext value={services}>
        <AddPerson
          members={[]}
          invited={invited}
          groups={{ known: [], give: invite, ...groups }}
          onAdd={() => {}}
        />
      </ServicesContext>,
    ),
  );
  const type = (text: string) =>
    act(() => {
      const input = host.querySelector('input')!;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, text);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  return { host, invite, fetch, type };
}

test('IA1 an address is invited as it is, with the chosen role, and nothing asks who has it', async () => {
  const { host, invite, type } = show({});
  type('ned@example');
  expect(host.querySelector('ul button')).toBeNull();
  type(' Ned@Example.org ');
  await act(async () => host.querySelector('form')!.requestSubmit());
  expect(invite).toHaveBeenCalledExactlyOnceWith('ned@example.org', 'editor');
  expect(host.textContent).toContain('ned@example.org is invited');
  expect(host.querySelector('input')!.value).toBe('');
});

test('IA3 a server that verifies no addresses, and guests, are told so', async () => {
  for (const [addresses, said] of [
    ['off', 'cannot find out whose an address is'],
    ['account-needed', 'Create an account first'],
  ] as const) {
    const { host, invite, type } = show({ addresses });
    expect(host.querySelector('input')!.placeholder).toBe('Add people by name');
    type('ned@example.org');
    expect(host.textContent).toContain(said);
    expect(host.querySelector('ul button')).toBeNull();
    await act(async () => host.querySelector('form')!.requestSubmit());
    expect(invite).not.toHaveBeenCalled();
  }
});

test('IA1 before it is known what the server does, an address is invited, and nothing is said of its mails', async () => {
  const { host, invite, type } = show(null);
  expect(host.querySelector('input')!.placeholder).toBe('Add people by name or address');
  type('ned@example.org');
  expect(host.textContent).not.toContain('sends no mails');
  expect(host.querySelector('ul button')!.getAttribute('aria-label')).toContain('Invite');
  await act(async () => host.querySelector('form')!.requestSubmit());
  expect(invite).toHaveBeenCalledExactlyOnceWith('ned@example.org', 'editor');
  expect(host.textContent).toContain('ned@example.org is invited.');
  expect(host.textContent).not.toMatch(/mails|mailed/);
});

test('what the server does is asked for again after a failure', async () => {
  vi.useFakeTimers();
  const fetch = vi.fn<() => Promise<Response>>();
  fetch.mockRejectedValueOnce(new TypeError('no network'));
  fetch.mockImplementation(async () => Response.json({ ...KNOWN, addresses: 'off' }));
  const services = { account: { fetch } } as unknown as Services;
  function Offer() {
    return useInvited('plan', NOBODY).known?.addresses ?? 'unknown';
  }
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  roots.push(root);
  await act(async () =>
    root.render(
      <ServicesContext value={services}>
        <Offer />
      </ServicesContext>,
    ),
  );
  expect(host.textContent).toBe('unknown');
  await act(async () => await vi.advanceTimersByTimeAsync(10_000));
  expect(host.textContent).toBe('off');
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('PE3 without a directory there are addresses alone, or no field', () => {
  expect(show({ directory: 'off' }).host.querySelector('input')!.placeholder).toBe(
    'Add people by address',
  );
  const { host } = show({ directory: 'off', addresses: 'off' });
  expect(host.querySelector('input')).toBeNull();
  expect(host.textContent).toContain('Send the link instead');
});

async function search(type: (text: string) => void, text: string) {
  vi.useFakeTimers();
  type(text);
  await act(async () => await vi.advanceTimersByTimeAsync(1_000));
}

test('GR2 a group is found by its name and given the chosen role, and what the server refuses is said', async () => {
  const give = vi.fn<() => Promise<SendResult>>();
  give.mockResolvedValueOnce({ refused: 'This document has 10 groups already.' });
  give.mockResolvedValueOnce('failed');
  give.mockResolvedValueOnce('done');
  const { host, fetch, type } = show({}, { give });
  await search(type, 'harb');
  expect(fetch.mock.calls).toEqual([['/api/directory?search=harb', expect.anything()]]);
  const button = () => host.querySelector<HTMLButtonElement>('ul button')!;
  expect(button().getAttribute('aria-label')).toBe('Add the group Harbour crew, 12 people');
  const said = () => host.querySelector('[role=alert]')?.textContent;
  await act(async () => button().click());
  expect(said()).toBe('This document has 10 groups already.');
  await act(async () => button().click());
  expect(said()).toContain('this may not have happened');
  await act(async () => button().click());
  expect(said()).toBeUndefined();
  expect(host.textContent).toContain('Harbour crew has access now, with 12 people in it.');
  expect(host.querySelector('input')!.value).toBe('');
  expect(document.activeElement).toBe(host.querySelector('input'));
  expect(give.mock.calls).toEqual(Array(3).fill([GROUP_ID, 'editor']));
});

test('GR2 a group with a role in the document is not offered, one with a role from around is', async () => {
  const around = { group: CREW, role: 'viewer', from: 1 } as const;
  const above = show({}, { known: [around] });
  await search(above.type, 'harb');
  expect(above.host.querySelectorAll('ul button')).toHaveLength(1);
  const here = show({}, { known: [around, { group: CREW, role: 'editor' }] });
  await search(here.type, 'harb');
  expect(here.host.querySelector('ul button')).toBeNull();
  expect(here.host.textContent).toContain('has a role in this document already');
});
