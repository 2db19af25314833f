import { pageRoots } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import * as Y from 'yjs';

/** The positions of the simulation's characters in a document. Each character is unique. */
export interface CharacterLayout {
  readonly blocks: readonly { readonly id: unknown; readonly characters: readonly string[] }[];
  readonly places: ReadonlyMap<string, CharacterPlace>;
  readonly doubled: ReadonlySet<string>;
}

export interface CharacterPlace {
  readonly block: number;
  readonly index: number;
}

const FIRST_CHARACTER = 0x4e00;
const LAST_CHARACTER = 0x9fff;

/** Produces unique characters; restarts when the range is used up. */
export class CharacterSource {
  #next = FIRST_CHARACTER;

  take(count: number): string {
    let characters = '';
    for (let i = 0; i < count; i++) {
      characters += String.fromCharCode(this.#next);
      this.#next = this.#next === LAST_CHARACTER ? FIRST_CHARACTER : this.#next + 1;
    }
    return characters;
  }
}

export function isTracked(character: string): boolean {
  const code = character.charCodeAt(0);
  return code >= FIRST_CHARACTER && code <= LAST_CHARACTER;
}

export function layoutOf(doc: Node): CharacterLayout {
  const blocks: { id: unknown; characters: string[] }[] = [];
  const places = new Map<string, CharacterPlace>();
  const doubled = new Set<string>();
  doc.descendants((node) => {
    if (!node.isTextblock) {
      if (node.isBlock && node.isAtom)
        blocks.push({ id: node.attrs['id'] as unknown, characters: [] });
      return true;
    }
    const characters = [...node.textContent].filter(isTracked);
    characters.forEach((character, index) => {
      if (places.has(character)) doubled.add(character);
      else places.set(character, { block: blocks.length, index });
    });
    blocks.push({ id: node.attrs['id'] as unknown, characters });
    return false;
  });
  return { blocks, places, doubled };
}

export function standInOrder(
  { places }: Pick<CharacterLayout, 'places'>,
  first: string,
  second: string,
): boolean {
  const [a, b] = [places.get(first), places.get(second)];
  return Boolean(a && b && a.block === b.block && a.index < b.index);
}

/** The characters of a page with their Yjs ids, such as `1:42`. */
export function storedCharacters(doc: Y.Doc): Map<string, string> {
  const ids = new Map<string, string>();
  for (let item = pageRoots(doc).text._start; item !== null; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
    const { client, clock } = item.id;
    [...item.content.str].forEach((character, offset) => {
      if (isTracked(character)) ids.set(character, `${client}:${clock + offset}`);
    });
  }
  return ids;
}

export function rewrittenCharacters(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...before.keys()].filter(
    (character) => after.has(character) && after.get(character) !== before.get(character),
  );
}
