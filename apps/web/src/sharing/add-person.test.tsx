// @vitest-environment happy-dom
import type { SharingMember } from '@tandem/protocol';
import type { InvitedAddresses } from '@tandem/protocol/directory';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServicesContext, type Services } from '../session/services.ts';
import { AddPerson } from './add-person.tsx';
import { useInvited } from './use-invited.ts';
import words from '../languages/sharing.en.json' with { type: 'json' };
import { startTranslation } from '../translation/translation.ts';

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startTranslation('en', words);
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const NOBODY: readonly SharingMember[] = [];
const KNOWN: InvitedAddresses = { directory: 'contacts', addresses: 'mailed', invited: [] };

function show(known: Partial<InvitedAddresses> | null) {
  const invite = vi.fn(() => Promise.resolve('done' as const));
  const services = { account: { fetch: vi.fn() }, client: { people: {} } } as unknown as Services;
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const all = known === null ? null : { ...KNOWN, ...known };
  const invited = { known: all, invite, withdraw: invite };
  act(() =>
    root.render(
      <ServicesContext value={services}>
        <AddPerson members={[]} invited={invited} onAdd={() => {}} />
      </ServicesContext>,
    ),
  );
  const type = (text: string) =>
    act(() => {
      const input = host.querySelector('input')!;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, text);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  return { host, invite, type };
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
  act(() => root.unmount());
});

test('PE3 without a directory there are addresses alone, or no field', () => {
  expect(show({ directory: 'off' }).host.querySelector('input')!.placeholder).toBe(
    'Add people by address',
  );
  const { host } = show({ directory: 'off', addresses: 'off' });
  expect(host.querySelector('input')).toBeNull();
  expect(host.textContent).toContain('Send the link instead');
});
