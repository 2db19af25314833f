import type { LibraryState, Role } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { placeBeside } from './duplicate-document.ts';

function libraryOf(
  ...documents: readonly [id: string, parent: string | null, position: string, role?: Role][]
): LibraryState {
  const listed = documents.map(([id, parent, position, role = 'owner']) => ({
    ...{ id, parent, position, role },
    ...{ kind: 'page' as const, title: id, excerpt: '', createdAt: 1, updatedAt: 1, chatRead: 0 },
  }));
  const user = { id: 'ada', name: 'Ada', color: 1 };
  return { type: 'library', user, documents: listed, next: null };
}

test('a copy comes between the original and the next one', () => {
  const library = libraryOf(
    ['around', null, 'a0'],
    ['one', 'around', 'a0'],
    ['two', 'around', 'a1'],
  );
  const { parent, position } = placeBeside(library, 'one');
  expect(parent).toBe('around');
  expect('a0' < position! && position! < 'a1').toBe(true);
  expect(placeBeside(library, 'two').position! > 'a1').toBe(true);
});

test('a copy of what is in a document of others, or of what is not listed, comes to the own list', () => {
  const library = libraryOf(['around', null, 'a0', 'viewer'], ['one', 'around', 'a0', 'viewer']);
  expect(placeBeside(library, 'one')).toEqual({ parent: null });
  expect(placeBeside(library, 'elsewhere')).toEqual({ parent: null });
  expect(placeBeside(null, 'one')).toEqual({ parent: null });
});

test('a copy of a shared document at the top of the tree comes after it', () => {
  const library = libraryOf(['one', null, 'a0', 'viewer'], ['two', null, 'a2']);
  const { parent, position } = placeBeside(library, 'one');
  expect(parent).toBeNull();
  expect('a0' < position! && position! < 'a2').toBe(true);
});
