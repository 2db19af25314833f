// @vitest-environment happy-dom
import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { act, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AccountRequests } from './account-requests.ts';
import { ConfirmStep } from './confirm-step.tsx';

const ACCOUNT: Account = {
  ...{ user: { id: 'ada', name: 'Ada', color: 0 }, isGuest: false, isAdministrator: false },
  ...{ email: 'ada@example.org', isEmailVerified: true, hasPassword: true, identities: [] },
  ...{ isConfirmed: false, hasPasskeysHere: false, guestDocuments: 0, mails: 'soon' },
};
const OPTIONS: SignInOptions = {
  settings: { signIn: 'optional', registration: 'open' },
  ...{ providers: [], sendsMail: false, passkeyOrigin: null },
};

const confirm = vi.fn(() => Promise.resolve());
const onConfirmed = vi.fn(() => Promise.resolve());
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

function Step({ first, needsClick }: { readonly first: Account; readonly needsClick: boolean }) {
  const [account, setAccount] = useState(first);
  return (
    <ConfirmStep
      account={account}
      options={OPTIONS}
      requests={{ confirm } as unknown as AccountRequests}
      read={() => Promise.resolve(setAccount({ ...account, isConfirmed: true }))}
      text=""
      submit="Do it"
      look="primary"
      needsClick={needsClick}
      onConfirmed={onConfirmed}
      onCancel={() => undefined}
    />
  );
}

const show = (more: Partial<Account> = {}, needsClick = false) =>
  act(() => root.render(<Step first={{ ...ACCOUNT, ...more }} needsClick={needsClick} />));
const submit = () =>
  act(async () => {
    const event = new Event('submit', { bubbles: true, cancelable: true });
    document.querySelector('form')!.dispatchEvent(event);
  });
const asks = () => document.querySelector('input[type=password]') !== null;

test('AC23 a person whose change fails after they have shown who they are is not asked again', async () => {
  show();
  expect(asks()).toBe(true);
  onConfirmed.mockRejectedValueOnce(new Error('no answer'));
  await submit();
  expect([confirm.mock.calls.length, onConfirmed.mock.calls.length]).toEqual([1, 1]);
  expect(asks()).toBe(false);
  await submit();
  expect([confirm.mock.calls.length, onConfirmed.mock.calls.length]).toEqual([1, 2]);
});

test('PK1 what browsers allow only after a click has a click of its own', async () => {
  show({}, true);
  await submit();
  expect([confirm.mock.calls.length, onConfirmed.mock.calls.length]).toEqual([1, 0]);
  expect(asks()).toBe(false);
  expect(document.querySelector('button[type=submit]')?.textContent).toBe('Do it');
  await submit();
  expect([confirm.mock.calls.length, onConfirmed.mock.calls.length]).toEqual([1, 1]);
});

test('PK7 a person for whom no way to sign in works on the page is told what to do', () => {
  show({ hasPassword: false });
  expect(document.body.textContent).toContain('account.noWayHere');
});

test('PK7 a passkey of the account that the page cannot use is not offered', () => {
  // The browser of this test has no passkeys.
  show({ hasPassword: false, hasPasskeysHere: true });
  expect(document.body.textContent).toContain('account.passkeys.obstacle.browser');
  expect(document.body.textContent).toContain('account.noWayHere');
  expect(document.body.textContent).not.toContain('account.passkeys.use');
});
