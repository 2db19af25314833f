import type { CharacterLayout, CharacterPlace } from './character-layout.ts';

type CharacterPlaces = ReadonlyMap<string, CharacterPlace>;

export interface LayoutChange {
  readonly seen: CharacterPlaces;
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
  readonly between: CharacterLayout['blocks'];
}

export interface Carried {
  readonly characters: ReadonlySet<string>;
  readonly from: unknown;
  readonly to: unknown;
  readonly isJoin: boolean;
}

export function layoutChange(before: CharacterLayout, after: CharacterLayout): LayoutChange {
  const earlier = new Set(before.blocks.map(({ id }) => id));
  return {
    seen: before.places,
    opened: new Set(after.blocks.map(({ id }) => id).filter((id) => !earlier.has(id))),
    closed: closedBlocks(before, after),
    carried: carriedCharacters(before, after),
    moved: movedBlocks(before, after),
  };
}

function closedBlocks(before: CharacterLayout, after: CharacterLayout): ClosedBlock[] {
  const later = new Set(after.blocks.map(({ id }) => id));
  return before.blocks.flatMap(({ id }, index) => {
    if (later.has(id)) return [];
    const last = before.blocks.slice(0, index).findLastIndex((block) => later.has(block.id));
    const into = before.blocks[last];
    const between = before.blocks.slice(last + 1, index);
    return [{ id, into: into?.id, text: new Set(into?.characters), between }];
  });
}

function carriedCharacters(before: CharacterLayout, after: CharacterLayout): Carried[] {
  const earlier = new Set(before.blocks.map(({ id }) => id));
  const carried: (Carried & { readonly characters: Set<string> })[] = [];
  for (const { id: from, characters } of before.blocks) {
    for (const character of characters) {
      const place = after.places.get(character);
      const to = place && after.blocks[place.block]!.id;
      if (!place || to === from) continue;
      const group = carried.find((each) => each.from === from && each.to === to);
      if (group) group.characters.add(character);
      else carried.push({ characters: new Set([character]), from, to, isJoin: earlier.has(to) });
    }
  }
  return carried;
}

function movedBlocks(before: CharacterLayout, after: CharacterLayout): Set<unknown> {
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
