// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { catchTyping, isCatching, stopCatching, takeTyping } from './typed-ahead.ts';

afterEach(stopCatching);

const caught = () => document.activeElement as HTMLTextAreaElement;

test('has the focus at once, and gives what was typed to the field that it is for', () => {
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

test('waits for the word of an input method', () => {
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

test('says when the person has gone elsewhere, and keeps what they typed', () => {
  catchTyping('Title');
  const field = caught();
  field.value = 'Tide';
  field.blur();
  const receive = vi.fn();
  takeTyping(receive);
  expect(receive.mock.calls).toEqual([['Tide', false]]);
});

test('there is one at a time', () => {
  catchTyping('Title');
  caught().value = 'lost with its document';
  catchTyping('Title');
  const receive = vi.fn();
  takeTyping(receive);
  expect(receive.mock.calls).toEqual([['', true]]);
});
