import type { LetterLayout, LetterPlace } from './letter-layout.ts';

type LetterPlaces = ReadonlyMap<string, LetterPlace>;

/** What one command did to blocks and to the letters in them, as its author saw it. */
export interface LayoutChange {
  /** The letters that the author saw before it. */
  readonly seen: LetterPlaces;
  /** The blocks that came: new ones, and those that undo or redo brought back. */
  readonly opened: ReadonlySet<unknown>;
  /** The blocks that went. */
  readonly closed: readonly ClosedBlock[];
  readonly carried: readonly Carried[];
  readonly joints: readonly Joint[];
}

/** A block that is gone, with the one before it, if there is one, in which its text is if any is left. */
export interface ClosedBlock {
  readonly id: unknown;
  readonly into: unknown;
  /** What the block before it held. */
  readonly text: ReadonlySet<string>;
}

/** Letters that were in one block and are in another. */
export interface Carried {
  readonly letters: ReadonlySet<string>;
  readonly from: unknown;
  readonly to: unknown;
  /** Whether the other block was there before. */
  readonly isJoin: boolean;
}

/** A place at which two blocks have become one: the letters on both sides of it, nearest first. */
export interface Joint {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

export function layoutChange(before: LetterLayout, after: LetterLayout): LayoutChange {
  const earlier = new Set(before.blocks.map(({ id }) => id));
  return {
    seen: before.places,
    opened: new Set(after.blocks.map(({ id }) => id).filter((id) => !earlier.has(id))),
    closed: closedBlocks(before, after),
    carried: carriedLetters(before, after),
    joints: jointsOf(before, after),
  };
}

/**
 * Whether the blocks of a joint, which somebody saw together in `view`, are apart in the end, and the two letters with
 * them.
 */
export function isReopened(
  { left, right }: Joint,
  [first, second]: readonly [string, string],
  { view, end }: { readonly view: LetterPlaces; readonly end: LetterPlaces },
): boolean {
  const isTogether = (places: LetterPlaces): boolean => {
    const [before, behind] = [nearest(left, places), nearest(right, places)];
    return before?.block === behind?.block && (before?.index ?? 0) < (behind?.index ?? 0);
  };
  const [before, behind] = [nearest(left, end), nearest(right, end)];
  const [from, to] = [end.get(first)!, end.get(second)!];
  return (
    from.block !== to.block &&
    isTogether(view) &&
    !isTogether(end) &&
    ((before?.block === from.block && before.index >= from.index) ||
      (behind?.block === to.block && behind.index <= to.index))
  );
}

function nearest(letters: readonly string[], places: LetterPlaces): LetterPlace | undefined {
  const letter = letters.find((each) => places.has(each));
  return letter === undefined ? undefined : places.get(letter);
}

function closedBlocks(before: LetterLayout, after: LetterLayout): ClosedBlock[] {
  const later = new Set(after.blocks.map(({ id }) => id));
  return before.blocks.flatMap(({ id }, index) => {
    if (later.has(id)) return [];
    const into = before.blocks.slice(0, index).findLast((block) => later.has(block.id));
    return [{ id, into: into?.id, text: new Set(into?.letters) }];
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

/** Places where letters of two blocks have come together in one. */
function jointsOf({ places, blocks }: LetterLayout, after: LetterLayout): Joint[] {
  return after.blocks.flatMap(({ letters }) => {
    const common = letters.filter((letter) => places.has(letter));
    return common.slice(1).flatMap((second, index) => {
      const [a, b] = [places.get(common[index]!)!, places.get(second)!];
      if (a.block === b.block) return [];
      return [
        {
          left: blocks[a.block]!.letters.slice(0, a.index + 1).toReversed(),
          right: blocks[b.block]!.letters.slice(b.index),
        },
      ];
    });
  });
}
