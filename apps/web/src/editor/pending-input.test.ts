import type { EditorView } from '@tiptap/pm/view';
import { expect, test } from 'vitest';

import { readPendingInput } from './pending-input.ts';

interface Options {
  readonly composing?: boolean;
  readonly isDestroyed?: boolean;
}

function calls({ composing = false, isDestroyed = false }: Options): string[] {
  const made: string[] = [];
  const domObserver = {
    flush: () => made.push('flush'),
    forceFlush: () => made.push('forceFlush'),
  };
  readPendingInput({ composing, isDestroyed, domObserver } as unknown as EditorView);
  return made;
}

test('pending input is read at once, also when the editor waits to read it', () => {
  expect(calls({})).toEqual(['forceFlush', 'flush']);
});

test('a composition, a view that is gone and one without a DOM are left alone', () => {
  expect(calls({ composing: true })).toEqual([]);
  expect(calls({ isDestroyed: true })).toEqual([]);
  expect(() => readPendingInput({ composing: false } as EditorView)).not.toThrow();
});
