// @vitest-environment happy-dom
import { writePage } from '@tandem/document';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import {
  chordOn,
  chordOnDigit,
  type KeyRecord,
  type Layout,
  LAYOUTS,
  writingPresses,
} from '../components/fixtures/keyboard-layouts.ts';

async function load(platform: string) {
  vi.resetModules();
  vi.stubGlobal('navigator', { platform, userAgent: '', vendor: '', maxTouchPoints: 0 });
  const [shortcuts, { createEditor: mount }] = await Promise.all([
    import('./shortcuts.ts'),
    import('../editor/create-editor.ts'),
  ]);
  const doc = new Y.Doc();
  const words = { type: 'textBlock', content: [{ type: 'text', text: 'some words' }] } as const;
  writePage(doc, [words], (length) => crypto.getRandomValues(new Uint8Array(length)));
  const element = document.body.appendChild(document.createElement('div'));
  const { view } = mount({
    doc,
    awareness: new Awareness(doc),
    element,
    caretLayer: element,
    editable: true,
    label: 'Text',
    t: (key: string) => key,
    onTyping: () => {},
    onClipboardProblem: () => {},
    files: {
      address: (file) => file,
      uploads: async () => await Promise.reject(new Error('not here')),
      kept: () => Promise.reject(new Error('not asked')),
      onPasted: () => {},
    },
    onTooManyFiles: () => {},
  });
  // Browsers derive it from the tree; happy-dom reads an attribute that the editor hides from React.
  Object.defineProperty(view.dom, 'isContentEditable', { value: true });
  const field = document.body.appendChild(document.createElement('textarea'));
  return { ...shortcuts, view, field };
}

type Machine = Awaited<ReturnType<typeof load>>;

const PLATFORMS = ['MacIntel', 'iPhone', 'Win32', 'Linux x86_64'] as const;
const machines = new Map<string, Machine>();
const LOADING_MS = 60_000;
beforeAll(async () => {
  for (const platform of PLATFORMS) machines.set(platform, await load(platform));
}, LOADING_MS);

function eventOf({ altGraph, ...press }: KeyRecord): KeyboardEvent {
  const event = new Event('keydown', { bubbles: true, cancelable: true });
  const getModifierState = (name: string) => name === 'AltGraph' && altGraph;
  for (const [name, value] of Object.entries({ ...press, isComposing: false, getModifierState }))
    Object.defineProperty(event, name, { value });
  return event as KeyboardEvent;
}

function effectOf({ shortcutOf }: Machine, target: HTMLElement, press: KeyRecord): string | null {
  const event = eventOf(press);
  target.dispatchEvent(event);
  return event.defaultPrevented ? 'taken' : shortcutOf(event);
}

function select(view: EditorView, from: number, to = from): void {
  const { tr, doc } = view.state;
  view.dispatch(tr.setSelection(TextSelection.create(doc, from, to)));
}

const PLACES = { 'at a caret': [4, 4], 'over a selection': [3, 8] } as const;

afterAll(() => void vi.unstubAllGlobals());

describe.each(PLATFORMS)('on %s', (platform) => {
  const isApple = platform === 'MacIntel' || platform === 'iPhone';
  const layouts = LAYOUTS.filter((layout) => (layout.platform === 'MacIntel') === isApple);

  test.each(layouts)('every key that writes, writes: $name', (layout) => {
    const it = machines.get(platform)!;
    const taken: string[] = [];
    for (const press of writingPresses(layout)) {
      if (effectOf(it, it.field, press) !== null) taken.push(`${describePress(press)} in a field`);
      for (const [place, [from, to]] of Object.entries(PLACES)) {
        select(it.view, from, to);
        const before = it.view.state.doc;
        const effect = effectOf(it, it.view.dom, press);
        if (effect !== null || it.view.state.doc !== before)
          taken.push(`${describePress(press)} ${place}`);
      }
    }
    expect(taken).toEqual([]);
  });

  test.each(layouts)('the help sheet opens from the text: $name', (layout) => {
    const it = machines.get(platform)!;
    const press = chordOn(layout, '/', isApple ? { metaKey: true } : { ctrlKey: true })!;
    select(it.view, 4);
    // Where the sign is on 7, the key is that of numbered lists; the document's menu is the way.
    const isOnSeven = layout.name.includes('German');
    expect(effectOf(it, it.view.dom, press)).toBe(isOnSeven ? 'taken' : 'help');
    expect(effectOf(it, document.body, press)).toBe('help');
  });

  test.each(layouts)('every chord works: $name', (layout) => {
    const it = machines.get(platform)!;
    const dead: string[] = [];
    for (const [name, press] of Object.entries(chordsOf(layout, isApple))) {
      select(it.view, 3, 8);
      if (effectOf(it, it.view.dom, press) === null) dead.push(name);
    }
    expect(dead).toEqual(OTHER_WAYS[layout.name] ?? []);
  });
});

describe('the shortcuts of all screens', () => {
  test.each([
    ['MacIntel', 'Mac US', { ctrlKey: true, altKey: true }, '⌃⌥N'],
    ['Win32', 'Windows Polish', { altKey: true }, 'Alt+N'],
    ['Linux x86_64', 'Windows German', { altKey: true }, 'Alt+N'],
  ])('new document, in a field on %s', (platform, name, modifiers, written) => {
    const it = machines.get(platform)!;
    const layout = LAYOUTS.find((each) => each.name === name)!;
    expect(effectOf(it, it.field, chordOn(layout, 'n', modifiers)!)).toBe('new-document');
    expect(it.NEW_DOCUMENT).toBe(written);
  });

  test('Option and N is a shortcut outside of fields on a Mac, too', () => {
    const it = machines.get('MacIntel')!;
    for (const key of ['˜', 'Dead', 'ń'])
      expect(effectOf(it, document.body, { ...optionN, key })).toBe('new-document');
  });

  test('Control and Option write nothing on a Mac, whatever the key is called', () => {
    const it = machines.get('MacIntel')!;
    for (const key of ['n', '˜', 'Dead', 'ń'])
      for (const altGraph of [false, true])
        expect(effectOf(it, it.field, { ...optionN, ctrlKey: true, altGraph, key })).toBe(
          'new-document',
        );
  });

  test('a letter of another alphabet counts as the Latin one at its position', () => {
    const it = machines.get('Win32')!;
    expect(effectOf(it, document.body, { ...optionN, key: 'т' })).toBe('new-document');
  });

  test('a key of a composition is no shortcut', () => {
    const it = machines.get('MacIntel')!;
    const event = eventOf({ ...optionN, ctrlKey: true, keyCode: 229 });
    it.field.dispatchEvent(event);
    expect(it.shortcutOf(event)).toBeNull();
  });

  test.each(LAYOUTS)('the signs work outside of fields: $name', (layout) => {
    const it = machines.get(layout.platform)!;
    expect(effectOf(it, document.body, chordOn(layout, '/', {})!)).toBe('filter');
    expect(effectOf(it, document.body, chordOn(layout, '?', {})!)).toBe('help');
  });
});

const optionN: KeyRecord = {
  key: 'n',
  code: 'KeyN',
  keyCode: 78,
  altKey: true,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altGraph: false,
};

/** The chords of letters, digits and signs, as the help sheet lists them. Those of named keys write on no layout. */
function chordsOf(layout: Layout, isApple: boolean): Record<string, KeyRecord> {
  const mod = isApple ? { metaKey: true } : { ctrlKey: true };
  const chords: Record<string, KeyRecord> = {};
  for (const letter of ['b', 'i', 'e', 'z', 'y', 'a'])
    chords[`Mod-${letter}`] = chordOn(layout, letter, mod)!;
  for (const letter of ['s', 'z'])
    chords[`Mod-Shift-${letter}`] = chordOn(layout, letter.toUpperCase(), mod)!;
  for (const digit of [1, 2, 3, 0])
    chords[`Mod-Alt-${digit}`] = chordOnDigit(layout, digit, { ...mod, altKey: true });
  for (const digit of [7, 8, 9])
    chords[`Mod-Shift-${digit}`] = chordOnDigit(layout, digit, { ...mod, shiftKey: true });
  chords['new document'] = chordOn(layout, 'n', { altKey: true, ctrlKey: isApple })!;
  return chords;
}

/** Chords whose keys write on a layout, so that the signs at the start of a line and the menu of blocks are the way. */
const OTHER_WAYS: Readonly<Record<string, readonly string[]>> = {
  'Windows German': ['Mod-Alt-2', 'Mod-Alt-3', 'Mod-Alt-0'],
  // The digits are with Shift: what a key writes without it does not tell whether Ctrl+Alt writes.
  'Windows French': ['Mod-Alt-1', 'Mod-Alt-2', 'Mod-Alt-3', 'Mod-Alt-0'],
  'Windows US-international': ['Mod-Alt-1', 'Mod-Alt-2', 'Mod-Alt-3', 'Mod-Alt-0'],
};

function describePress({ key, code, ...modifiers }: KeyRecord): string {
  const held = Object.entries(modifiers).flatMap(([name, value]) => (value === true ? [name] : []));
  return [...held, code, `"${key}"`].join(' ');
}
