// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Observable } from '../runtime/observable.ts';
import { Refusals } from '../session/refusals.ts';
import { ServicesContext, type Services } from '../session/services.ts';
import { RequestForm } from './request-form.tsx';

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => void vi.unstubAllGlobals());

test('PO9 a person who signs in where a guest has asked may ask, too', () => {
  const state = new Observable({ user: { id: 'guest', name: 'Guest', color: 1 } });
  const run = vi.fn();
  const services = {
    account: { state, fetch: () => Promise.reject(new Error('no network')) },
    client: { commands: { run } },
    refusals: new Refusals(() => undefined),
  } as unknown as Services;
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  act(() =>
    root.render(
      <ServicesContext value={services}>
        <RequestForm document="secret" onEntered={() => undefined} />
      </ServicesContext>,
    ),
  );
  const fields = () => document.querySelectorAll('input:not([type=password])').length;
  expect(fields()).toBe(1);
  act(() => document.querySelector('form')!.requestSubmit());
  expect(run).toHaveBeenCalledOnce();
  expect(fields()).toBe(0);
  expect(document.activeElement).toBe(document.querySelector('[role=status]'));
  act(() => state.set({ user: { id: 'ada', name: 'Ada', color: 2 } }));
  expect(fields()).toBe(1);
  act(() => root.unmount());
});
