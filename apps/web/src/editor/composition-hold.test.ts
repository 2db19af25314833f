import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type HeadlessView, outlineOf, sharedPage, text } from './headless-page.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const compose = (view: HeadlessView, composing: boolean): void =>
  void Object.assign(view, { composing });

test('what is held back for an input method is shown, and what is typed is saved, after an end without an event', () => {
  const { pages, sync } = sharedPage([text('one')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.select('one', 3);
  compose(a.view, true);
  b.view.select('one');
  b.view.type('x');
  sync();
  vi.advanceTimersByTime(10_000);
  expect(outlineOf(a.view)).toEqual(['text "one"']);
  compose(a.view, false);
  a.view.type('y');
  vi.advanceTimersByTime(1_000);
  sync();
  for (const { view } of pages) expect(outlineOf(view)).toEqual(['text "xoney"']);
});

test('an editor that goes while an input method is at work saves what was typed', () => {
  const { pages, sync } = sharedPage([text('one')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.select('one', 3);
  compose(a.view, true);
  b.view.select('one');
  b.view.type('x');
  sync();
  a.view.type('y');
  a.view.destroy();
  vi.runAllTimers();
  sync();
  expect(outlineOf(b.view)).toEqual(['text "xoney"']);
});
