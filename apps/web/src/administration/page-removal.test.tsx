// @vitest-environment happy-dom
import { errorOf } from '@tandem/protocol';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import words from '../languages/administration.en.json' with { type: 'json' };
import { startLanguage } from '../languages/i18n.ts';
import { RequestFailed } from '../session/request.ts';
import { addTexts } from '../translation/translation.ts';
import { PageRemoval } from './page-removal.tsx';

addTexts(words);

vi.mock(import('../components/toast.ts'));

const ID = '0123456789abcdef0123456789abcdef';
let root: Root;
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startLanguage();
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function show(removePage: (publication: string) => Promise<void>): void {
  act(() => root.render(<PageRemoval requests={{ removePage }} />));
}

async function enter(address: string): Promise<void> {
  const input = document.querySelector('input')!;
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
  act(() => {
    set!.call(input, address);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => document.querySelector('form')!.requestSubmit());
}

const problem = () => document.querySelector('[role=alert]')!.textContent;

test.each([
  [`https://docs.example.org/p/tide-log-${ID}`, ID],
  [` docs.example.org/p/%C3%BCber-${ID}?x#y `, ID],
  [`/p/${ID}/files/01ARZ3NDEKTSV4RRFFQ69G5FAV`, ID],
  ['https://docs.example.org/d/some-document', null],
])('AD9 a page is taken off by its address: %s', async (address, id) => {
  const removed: string[] = [];
  show(async (publication) => void removed.push(publication));
  await enter(address);
  expect(removed).toEqual(id === null ? [] : [id]);
  expect(problem()).toBe(id === null ? 'This is no address of a page on the web.' : '');
  expect(document.querySelector('input')!.value).toBe(id === null ? address : '');
});

test('AD9 what the server says is shown', async () => {
  const error = errorOf('not-found', { detail: 'No page is on the web at this address.' });
  show(() => Promise.reject(new RequestFailed({ kind: 'refused', error })));
  await enter(`/p/${ID}`);
  expect(problem()).toBe('No page is on the web at this address.');
});
