// @vitest-environment happy-dom
import type { SharingState } from '@tandem/protocol';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServicesContext, type Services } from '../session/services.ts';
import { LinkPassword } from './link-password.tsx';

vi.mock(import('../components/toast.ts'));

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => void vi.unstubAllGlobals());

const sharing: SharingState = {
  ...{ type: 'sharing', owner: 'ada', link: 'edit', isLinkInherited: false, expiresAt: null },
  ...{ hasPassword: true, publication: null, around: null, members: [] },
};

test('PO12 after a password is saved, the focus is on the button that changes it', async () => {
  const fetch = vi.fn(() => Promise.resolve(Response.json({})));
  const services = { account: { fetch } } as unknown as Services;
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  act(() =>
    root.render(
      <ServicesContext value={services}>
        <LinkPassword document="one" sharing={sharing} isOwner />
      </ServicesContext>,
    ),
  );
  expect(document.activeElement).toBe(document.body);
  act(() => document.querySelector('button')!.click());
  expect(document.activeElement).toBe(document.querySelector('input'));
  await act(async () => document.querySelector('form')!.requestSubmit());
  expect(fetch).toHaveBeenCalledOnce();
  expect(document.querySelector('input')).toBeNull();
  expect(document.activeElement).toBe(document.querySelector('button'));
  act(() => root.unmount());
});
