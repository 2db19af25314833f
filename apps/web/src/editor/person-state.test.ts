import { expect, test } from 'vitest';
import * as Y from 'yjs';

import { resolveShared, sharedSelection } from './binding/binding.ts';
import { sharedPage, text } from './headless-page.ts';
import { readPerson } from './person-state.ts';

const user = { id: 'u1', name: 'Mara', color: 3 };
const { view } = sharedPage([text('one two')], 1).pages[0]!;

function published(): { anchor: unknown; head: unknown } {
  view.select('two', 0, 3);
  const selection = sharedSelection(view.state)!;
  return {
    anchor: Y.relativePositionToJSON(selection.anchor),
    head: Y.relativePositionToJSON(selection.head),
  };
}

test('what an editor publishes is read back as the same place', () => {
  const person = readPerson({ user, cursor: JSON.parse(JSON.stringify(published())) as unknown })!;
  expect(person).toMatchObject({ name: 'Mara', color: 3 });
  const { anchor, head } = view.state.selection;
  expect(resolveShared(view.state, person.selection.anchor)).toBe(anchor);
  expect(resolveShared(view.state, person.selection.head)).toBe(head);
});

test('a caret at the very start, where the page has nothing to hold on to, is one as well', () => {
  const empty = sharedPage([], 1).pages[0]!.view;
  const { anchor, head } = sharedSelection(empty.state)!;
  expect(anchor.item).toBeNull();
  const cursor = {
    anchor: Y.relativePositionToJSON(anchor) as unknown,
    head: Y.relativePositionToJSON(head) as unknown,
  };
  const person = readPerson({ user, cursor })!;
  expect(resolveShared(empty.state, person.selection.head)).toBe(empty.state.selection.head);
});

test.each([
  ['no user', { cursor: published() }],
  ['no cursor', { user, cursor: null }],
  ['a name that is none', { user: { name: { toString: 'x' } }, cursor: published() }],
  ['a cursor that is text', { user, cursor: 'x' }],
  ['an empty position', { user, cursor: { anchor: {}, head: {} } }],
  [
    'an id without a clock',
    { user, cursor: { anchor: { item: { client: 1 } }, head: { item: { client: 1 } } } },
  ],
  ['an id of text', { user, cursor: { anchor: { type: 'x' }, head: { type: 'x' } } }],
  ['a root of another name', { user, cursor: { anchor: { tname: 'x' }, head: { tname: 'x' } } }],
])('%s is nobody to draw', (_name, state) => {
  expect(readPerson(state)).toBeNull();
});

test('a place that is not known here resolves to nothing, and a strange colour to the first', () => {
  const far = { item: { client: 2 ** 40, clock: 7 } };
  const person = readPerson({
    user: { ...user, color: 'red' },
    cursor: { anchor: far, head: far },
  })!;
  expect(person.color).toBe(0);
  expect(resolveShared(view.state, person.selection.anchor)).toBeNull();
});
