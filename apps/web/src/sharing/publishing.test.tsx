// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startLanguage } from '../languages/i18n.ts';
import { Publishing, type PublishingFacts, type PublishingIntents } from './publishing.tsx';
import './sharing-words.ts';

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

const publication = { id: '0123456789abcdef0123456789abcdef', isIndexed: false };
const FACTS: PublishingFacts = {
  ...{ title: 'Tide log', permission: 'allowed', pending: null, isCutOff: false },
};

function show(
  given: Partial<Parameters<typeof Publishing>[0]>,
  facts: Partial<PublishingFacts> = {},
): PublishingIntents {
  const intents = { publish: vi.fn(), unpublish: vi.fn(), setIndexed: vi.fn() };
  const all = { publication, intents, facts: { ...FACTS, ...facts }, ...given };
  act(() => root.render(<Publishing {...all} />));
  return intents;
}

const button = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name);
const press = (name: string) => act(() => button(name)!.click());

test('PB1 a person who may not publish sees the address of what is published, and no controls', () => {
  show({ publication: null, intents: null });
  expect(document.body.textContent).toBe('');
  show({ intents: null });
  expect(document.querySelector('input')!.value).toMatch(/\/p\/tide-log-[0-9a-f]{32}$/);
  expect(document.querySelector('input[type=checkbox]')).toBeNull();
  expect(button('Unpublish …')).toBeUndefined();
});

test('PB1 PB9 guests learn what is missing, and on a server without pages there is nothing to see', () => {
  show({ publication: null }, { permission: 'account-first' });
  expect(document.body.textContent).toContain('Create an account');
  expect(button('Publish')).toBeUndefined();
  show({ publication: null }, { permission: 'none' });
  expect(document.body.textContent).toBe('');
});

test('PB1 what is published can be taken off, whatever else is known of the document', () => {
  const { unpublish } = show({}, { title: '', permission: 'none' });
  press('Unpublish …');
  press('Unpublish');
  expect(unpublish).toHaveBeenCalledOnce();
});

test('PB1 publishing waits for the server, and a refused attempt can be repeated', () => {
  const { publish } = show({ publication: null });
  press('Publish');
  expect(publish).toHaveBeenCalledOnce();
  show({ publication: null }, { pending: 'publish' });
  expect(button('Publishing …')!.disabled).toBe(true);
  expect(document.body.textContent).not.toContain('not connected');
  show({ publication: null }, { pending: 'publish', isCutOff: true });
  expect(document.body.textContent).toContain('the page appears once it is sent');
  show({ publication: null });
  expect(button('Publish')!.disabled).toBe(false);
});

test('PB1 what search engines may do is as the server says, also while a change is on its way', () => {
  show({}, { pending: 'change', isCutOff: true });
  const box = document.querySelector<HTMLInputElement>('input[type=checkbox]')!;
  expect([box.checked, box.disabled]).toEqual([false, true]);
  expect(document.body.textContent).toContain('holds once it is sent');
});

test('PB6 unpublishing is confirmed, and not over before the server says so', () => {
  const { unpublish } = show({});
  press('Unpublish …');
  expect(unpublish).not.toHaveBeenCalled();
  press('Keep it');
  press('Unpublish …');
  press('Unpublish');
  expect(unpublish).toHaveBeenCalledOnce();
  show({}, { pending: 'unpublish' });
  expect(document.body.textContent).toContain('Unpublishing …');
  expect(document.querySelector('input')!.value).toContain(publication.id);
  expect(document.querySelector('input[type=checkbox]')).toBeNull();
  show({}, { pending: 'unpublish', isCutOff: true });
  expect(document.body.textContent).toContain('Anyone can read the page until it is');
});
