import { expect, test } from 'vitest';
import { isComposing } from './keyboard.ts';

const key = (code: number, composing: boolean) =>
  Object.fromEntries([
    ['keyCode', code],
    ['isComposing', composing],
  ]) as unknown as KeyboardEvent;

test('the Enter that ends a composition belongs to it, also in Safari', () => {
  expect(isComposing(key(13, true))).toBe(true);
  expect(isComposing(key(229, false))).toBe(true);
  expect(isComposing(key(13, false))).toBe(false);
});
