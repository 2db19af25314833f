import { pageRoots } from '@tandem/document';
import * as Y from 'yjs';

import { isLetter } from './letter-layout.ts';

/** The letters of a page with the Yjs ids of their characters, such as `1:42`. */
export function storedLetters(doc: Y.Doc): Map<string, string> {
  const ids = new Map<string, string>();
  for (let item = pageRoots(doc).text._start; item !== null; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
    const { client, clock } = item.id;
    [...item.content.str].forEach((character, offset) => {
      if (isLetter(character)) ids.set(character, `${client}:${clock + offset}`);
    });
  }
  return ids;
}

/** Letters present before and after under different ids: they were removed and written again. */
export function rewrittenLetters(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...before.keys()].filter(
    (letter) => after.has(letter) && after.get(letter) !== before.get(letter),
  );
}
