// @vitest-environment happy-dom
import type { SignInOptions } from '@tandem/protocol/accounts';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Observable } from '../runtime/observable.ts';
import { accountDialog } from '../session/account-dialog.ts';
import { ServicesContext, type Services } from '../session/services.ts';
import { AccountDialog } from './account-dialog.tsx';

vi.mock('../components/dialog.tsx', () => ({
  Dialog: ({ children }: { readonly children: ReactNode }) => children,
}));
vi.mock('./passkey-support.ts', () => ({ passkeyObstacle: () => null }));

const OPTIONS: SignInOptions = {
  settings: { signIn: 'optional', registration: 'open' },
  ...{ providers: [{ id: 'corp', name: 'Corp' }], sendsMail: false, passkeyOrigin: null },
};
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(() => {
  accountDialog.set(null);
  act(() => root.unmount());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('PK1 passkeys are offered while the options are unknown, which are read until the server answers', async () => {
  const fetch = vi.fn(() => Promise.resolve(Response.json(OPTIONS)));
  fetch.mockRejectedValueOnce(new TypeError('network'));
  const services = {
    account: { state: new Observable({ user: null }) },
    client: { fetch },
  } as unknown as Services;
  accountDialog.set('sign-in');
  await act(async () =>
    root.render(
      <ServicesContext value={services}>
        <AccountDialog />
      </ServicesContext>,
    ),
  );
  expect(document.body.textContent).toContain('account.passkeys.signIn');
  expect(document.body.textContent).not.toContain('account.continueWith');
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(document.body.textContent).toContain('account.passkeys.signIn');
  expect(document.body.textContent).toContain('account.continueWith');
});
