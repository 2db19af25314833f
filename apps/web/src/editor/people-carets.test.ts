// @vitest-environment happy-dom
import type { EditorView } from '@tiptap/pm/view';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type * as Binding from './binding/binding.ts';
import { drawPeopleCarets } from './people-carets.ts';

vi.mock(import('./binding/binding.ts'), async (original) => {
  const actual: typeof Binding = await original();
  const place = Y.createRelativePositionFromTypeIndex(new Y.Doc().getText('text'), 0);
  return { ...actual, sharedSelection: () => ({ anchor: place, head: place }) };
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([true, false])(
  'others see the caret of a person whose text had the focus before this code was loaded: %s',
  (hasFocus) => {
    const awareness = new Awareness(new Y.Doc());
    const view = {
      dom: document.createElement('div'),
      state: { doc: null },
      hasFocus: () => hasFocus,
    } as unknown as EditorView;
    const carets = drawPeopleCarets(view, awareness, document.createElement('div'));
    vi.advanceTimersByTime(1_000);
    expect(awareness.getLocalState()?.['cursor'] !== undefined).toBe(hasFocus);
    carets.destroy?.();
    awareness.destroy();
  },
);
