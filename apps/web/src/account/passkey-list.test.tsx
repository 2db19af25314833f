// @vitest-environment happy-dom
import { errorOf, type ErrorCode } from '@tandem/protocol';
import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import type { Passkey } from '@tandem/protocol/passkeys';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestFailed, type Failure } from '../session/request.ts';
import type { AccountRequests } from './account-requests.ts';
import { forgetPasskey } from './passkey-ceremonies.ts';
import { PasskeyList } from './passkey-list.tsx';

vi.mock('./passkey-ceremonies.ts', () => ({
  createPasskey: vi.fn(() => Promise.resolve({ id: 'new' })),
  forgetPasskey: vi.fn(() => Promise.resolve()),
}));
vi.mock('./passkey-support.ts', () => ({ passkeyObstacle: () => null }));

const ACCOUNT: Account = {
  ...{ user: { id: 'ada', name: 'Ada', color: 0 }, isGuest: false, isAdministrator: false },
  ...{ email: 'ada@example.org', isEmailVerified: true, hasPassword: true, identities: [] },
  ...{ isConfirmed: true, hasPasskeysHere: false, guestDocuments: 0, mails: 'soon' },
};
const OPTIONS: SignInOptions = {
  settings: { signIn: 'optional', registration: 'open' },
  ...{ providers: [], sendsMail: false, passkeyOrigin: null },
};
const ADDED: Passkey = {
  ...{ id: 'new', name: 'Laptop', host: 'localhost', createdAt: 0, usedAt: null },
  isRemovable: true,
};

const listPasskeys = vi.fn<() => Promise<readonly Passkey[]>>();
const addPasskey = vi.fn<() => Promise<void>>();
let root: Root;

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  root = createRoot(document.body.appendChild(document.createElement('div')));
  listPasskeys.mockResolvedValue([]);
  const startPasskey = () => Promise.resolve({ rp: { id: 'localhost' } });
  const requests = { listPasskeys, addPasskey, startPasskey } as unknown as AccountRequests;
  await act(async () =>
    root.render(
      <PasskeyList
        account={ACCOUNT}
        options={OPTIONS}
        requests={requests}
        read={() => Promise.resolve(ACCOUNT)}
        onOthersEnded={() => undefined}
      />,
    ),
  );
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const refused = (code: ErrorCode): Failure => ({ kind: 'refused', error: errorOf(code) });
const NO_ANSWER: Failure = { kind: 'unreachable' };
async function addAndFail(failure: Failure): Promise<void> {
  addPasskey.mockRejectedValueOnce(new RequestFailed(failure));
  await act(async () => document.querySelector('button')!.click());
}
const textOf = (role: string) => document.querySelector(`[role=${role}]`)?.textContent;

test('PK1 a passkey that is refused for good is forgotten by the device', async () => {
  await addAndFail(refused('forbidden'));
  expect(forgetPasskey).toHaveBeenCalledWith('localhost', 'new');
  expect(textOf('alert')).toContain('account.passkeys.deleteIt');
});

test.each<readonly [string, Failure]>([
  ['without an answer', NO_ANSWER],
  ['that the server makes later', refused('storage-failed')],
  ['that came too often', refused('too-many')],
  ['that may have come twice', refused('not-found')],
])('PK1 after a request %s, the device keeps the passkey', async (_, failure) => {
  await addAndFail(failure);
  expect(forgetPasskey).not.toHaveBeenCalled();
  expect(textOf('alert')).toBe('account.passkeys.maybeAdded');
});

test('PK1 nor does it forget one while nobody knows whether the server has it', async () => {
  listPasskeys.mockRejectedValueOnce(new RequestFailed(NO_ANSWER));
  await addAndFail(refused('forbidden'));
  expect(forgetPasskey).not.toHaveBeenCalled();
  expect(textOf('alert')).toBe('account.passkeys.maybeAdded');
});

test.each<readonly [string, Failure]>([
  ['got no answer', NO_ANSWER],
  ['came twice', refused('not-found')],
  ['was refused', refused('forbidden')],
])('PK1 a passkey that the server has is added, although the request %s', async (_, failure) => {
  listPasskeys.mockResolvedValue([ADDED]);
  await addAndFail(failure);
  expect(forgetPasskey).not.toHaveBeenCalled();
  expect([textOf('alert'), textOf('status')]).toEqual(['', 'account.passkeys.added']);
});
