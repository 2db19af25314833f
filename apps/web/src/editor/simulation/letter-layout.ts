import type { Node } from '@tiptap/pm/model';

/** The positions of the simulation's letters in a document. Each letter is a unique character. */
export interface LetterLayout {
  /** The blocks in reading order; a divider has no letters. */
  readonly blocks: readonly { readonly id: unknown; readonly letters: readonly string[] }[];
  readonly places: ReadonlyMap<string, LetterPlace>;
  readonly doubled: ReadonlySet<string>;
}

export interface LetterPlace {
  readonly block: number;
  readonly index: number;
}

const FIRST_LETTER = 0x4e00;
const LAST_LETTER = 0x9fff;

/** Produces unique letters; restarts when the range is used up. */
export class LetterSource {
  #next = FIRST_LETTER;

  take(count: number): string {
    let letters = '';
    for (let i = 0; i < count; i++) {
      letters += String.fromCharCode(this.#next);
      this.#next = this.#next === LAST_LETTER ? FIRST_LETTER : this.#next + 1;
    }
    return letters;
  }
}

export function isLetter(character: string): boolean {
  const code = character.charCodeAt(0);
  return code >= FIRST_LETTER && code <= LAST_LETTER;
}

export function layoutOf(doc: Node): LetterLayout {
  const blocks: { id: unknown; letters: string[] }[] = [];
  const places = new Map<string, LetterPlace>();
  const doubled = new Set<string>();
  doc.descendants((node) => {
    if (!node.isTextblock) {
      if (node.isBlock && node.isAtom)
        blocks.push({ id: node.attrs['id'] as unknown, letters: [] });
      return true;
    }
    const letters = [...node.textContent].filter(isLetter);
    letters.forEach((letter, index) => {
      if (places.has(letter)) doubled.add(letter);
      else places.set(letter, { block: blocks.length, index });
    });
    blocks.push({ id: node.attrs['id'] as unknown, letters });
    return false;
  });
  return { blocks, places, doubled };
}

export function standInOrder(
  { places }: Pick<LetterLayout, 'places'>,
  first: string,
  second: string,
): boolean {
  const [a, b] = [places.get(first), places.get(second)];
  return Boolean(a && b && a.block === b.block && a.index < b.index);
}
