// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { catchTyping, isCatching, stopCatching, takeTyping } from './typed-ahead.ts';

afterEach(stopCatching);

const caught = () => document.activeElement as HTMLTextAreaElement;

test('the hidden field has the focus at once, and hands its text to the real field', () => {
  catchTyping('Title');
  expect(caught().getAttribute('aria-label')).toBe('Title');
  caught().value = 'Tide log';
  const receive = vi.fn();
  takeTyping(receive);
  expect(receive.mock.calls).toEqual([['Tide log', true]]);
  expect([isCatching(), document.querySelector('textarea')]).toEqual([false, null]);
  takeTyping(receive);
  expect(receive).toHaveBeenCalledTimes(1);
});

test('the handover waits for the end of a composition', () => {
  catchTyping('Title');
  const field = caught();
  field.dispatchEvent(new Event('compositionstart', { bubbles: true }));
  field.value = 'ni';
  const receive = vi.fn();
  takeTyping(receive);
  expect(receive).not.toHaveBeenCalled();
  field.value = '你';
  field.dispatchEvent(new Event('compositionend', { bubbles: true }));
  expect(receive.mock.calls).toEqual([['你', true]]);
});

test('the handover reports that the person moved the focus, and keeps their text', () => {
  catchTyping('Title');
  const field = caught();
  field.value = 'Tide';
  field.blur();
  const receive = vi.fn();
  takeTyping(receive);
  expect(receive.mock.calls).toEqual([['Tide', false]]);
});

test('there is one hidden field at a time', () => {
  catchTyping('Title');
  caught().value = 'lost with its document';
  catchTyping('Title');
  const receive = vi.fn();
  takeTyping(receive);
  expect(receive.mock.calls).toEqual([['', true]]);
});
