import type { LetterLayout, LetterPlace } from './letter-layout.ts';

type LetterPlaces = ReadonlyMap<string, LetterPlace>;

export interface LayoutChange {
  readonly seen: LetterPlaces;
  /** New blocks, and those that undo or redo restored. */
  readonly opened: ReadonlySet<unknown>;
  readonly closed: readonly ClosedBlock[];
  readonly carried: readonly Carried[];
  readonly moved: ReadonlySet<unknown>;
}

/** A deleted block, with the block before it, which holds any remaining text. */
export interface ClosedBlock {
  readonly id: unknown;
  readonly into: unknown;
  readonly text: ReadonlySet<string>;
  /** The deleted blocks between the two. The last one that is restored takes the text. */
  readonly between: LetterLayout['blocks'];
}

export interface Carried {
  readonly letters: ReadonlySet<string>;
  readonly from: unknown;
  readonly to: unknown;
  readonly isJoin: boolean;
}

export function layoutChange(before: LetterLayout, after: LetterLayout): LayoutChange {
  const earlier = new Set(before.blocks.map(({ id }) => id));
  return {
    seen: before.places,
    opened: new Set(after.blocks.map(({ id }) => id).filter((id) => !earlier.has(id))),
    closed: closedBlocks(before, after),
    carried: carriedLetters(before, after),
    moved: movedBlocks(before, after),
  };
}

function closedBlocks(before: LetterLayout, after: LetterLayout): ClosedBlock[] {
  const later = new Set(after.blocks.map(({ id }) => id));
  return before.blocks.flatMap(({ id }, index) => {
    if (later.has(id)) return [];
    const last = before.blocks.slice(0, index).findLastIndex((block) => later.has(block.id));
    const into = before.blocks[last];
    const between = before.blocks.slice(last + 1, index);
    return [{ id, into: into?.id, text: new Set(into?.letters), between }];
  });
}

function carriedLetters(before: LetterLayout, after: LetterLayout): Carried[] {
  const earlier = new Set(before.blocks.map(({ id }) => id));
  const carried: (Carried & { readonly letters: Set<string> })[] = [];
  for (const { id: from, letters } of before.blocks) {
    for (const letter of letters) {
      const place = after.places.get(letter);
      const to = place && after.blocks[place.block]!.id;
      if (!place || to === from) continue;
      const group = carried.find((each) => each.from === from && each.to === to);
      if (group) group.letters.add(letter);
      else carried.push({ letters: new Set([letter]), from, to, isJoin: earlier.has(to) });
    }
  }
  return carried;
}

function movedBlocks(before: LetterLayout, after: LetterLayout): Set<unknown> {
  const places = new Map(after.blocks.map(({ id }, index) => [id, index]));
  const kept = before.blocks.flatMap(({ id }) => {
    const place = places.get(id);
    return place === undefined ? [] : [{ id, place }];
  });
  const moved = kept.filter(({ place }, index) =>
    kept.some((other, i) => i !== index && i < index !== other.place < place),
  );
  return new Set(moved.map(({ id }) => id));
}
