import { type Carried, layoutChange, type LayoutChange } from './layout-changes.ts';
import { type LetterLayout, standInOrder } from './letter-layout.ts';

/**
 * Records each command as its author saw it, and derives where letters may be in the end. Faults:
 *
 * - *Lost*: the letter is gone, but no person who saw it deleted it. Undoing typing is a deletion.
 * - *Doubled*: the letter occurs more than once.
 * - *Revived*: the letter is present, but was deleted and not restored by undo or redo.
 * - *Misplaced*: the letter is not beside its neighbours. A letter is typed between two neighbours
 *   that its author sees in the same block, and makes a pair with each. A pair stays in one block,
 *   in order, with only *put there* letters between.
 *
 * A pair is released when a person deletes one of its letters, or sees both together and separates
 * or reverses them. Otherwise the two are *rightly apart* only if a person who did not see them
 * together did one of the following. If both letters were typed by one command, that person must
 * have seen one of them: nothing else can come between.
 *
 * - *Opened* the second letter's block: put its boundary right there, or restored it by undo or
 *   redo. Before the second letter in that block, and behind the first in its own, are only letters
 *   that were put there or were the first typed in that block. If the block has been joined to
 *   another, this applies to the other block, from the end of its own text on; likewise if both
 *   were joined to a third and the other was restored. If the first letter's block was joined to
 *   it, the first letter is behind its text.
 * - *Replaced a join*: the author saw one of the two in a block to which its own had been joined.
 *   The person moved its own block, and the letter is there again; or joined its own block to a
 *   third, and the letter is in the third or in a block split from it; or deleted the block that
 *   its own had been joined to, and the letter is in its own block, or in that block's place if the
 *   person deleted it too; or deleted its own block without having seen the letter, and the letter
 *   is in that block's place: in the block before, or in the unnamed first block of the page.
 *
 * A letter was *put there*, between two letters, if
 *
 * - it was typed next to a letter that is there too, is gone, was separated from it since, or is
 *   rightly separated from it by an opened block;
 * - undo or redo restored it;
 * - it was between the two when a person who saw them rightly apart joined their blocks;
 * - it was typed at the end of a block to which a person, without seeing it, joined letters that
 *   are there;
 * - it was typed in an empty block, and a person who had not seen it removed that block or opened
 *   this one;
 * - it was in a block that a person joined to another without having seen the two together, and all
 *   letters of that join that are in this block are between the two.
 */
export class LetterHistory {
  readonly #known = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #restored = new Set<string>();
  /** The pairs that were not released. */
  readonly #pairs = new Map<string, Pair>();
  readonly #typed = new Map<string, Typed>();
  /**
   * By pair key: the letters between the two when a person who saw them rightly apart joined their
   * blocks.
   */
  readonly #between = new Map<string, Set<string>>();
  readonly #changes: LayoutChange[] = [];

  constructor(start: LetterLayout) {
    for (const letter of start.places.keys()) this.#known.add(letter);
  }

  get size(): number {
    return this.#known.size;
  }

  record(before: LetterLayout, after: LetterLayout): void {
    for (const letter of before.places.keys())
      if (!after.places.has(letter)) this.#deleted.add(letter);
    for (const [key, pair] of this.#pairs) {
      const was = standInOrder(before, pair.first, pair.second);
      const is = standInOrder(after, pair.first, pair.second);
      if (was && !is) this.#pairs.delete(key);
      if (!was && is) this.#recordJoin(pair, before, after);
    }
    this.#changes.push(layoutChange(before, after));
    this.#recordNew(before, after);
  }

  judge(end: LetterLayout): LetterFaults {
    const known = [...this.#known];
    return {
      lost: known.filter((letter) => !end.places.has(letter) && !this.#deleted.has(letter)),
      doubled: [...end.doubled],
      revived: known.filter(
        (letter) =>
          end.places.has(letter) && this.#deleted.has(letter) && !this.#restored.has(letter),
      ),
      misplaced: this.#misplaced(end),
    };
  }

  #recordNew(before: LetterLayout, after: LetterLayout): void {
    const fresh = new Set([...after.places.keys()].filter((letter) => !this.#known.has(letter)));
    for (const letter of after.places.keys())
      if (!before.places.has(letter) && !fresh.has(letter)) this.#restored.add(letter);
    for (const { id: block, letters } of after.blocks) {
      letters.forEach((letter, index) => {
        if (!fresh.has(letter)) return;
        this.#known.add(letter);
        const [left, right] = [letters[index - 1], letters[index + 1]];
        const pairs: Pair[] = [];
        if (left)
          pairs.push({ first: left, second: letter, typed: letter, isOneGo: fresh.has(left) });
        if (right)
          pairs.push({ first: letter, second: right, typed: letter, isOneGo: fresh.has(right) });
        for (const pair of pairs) this.#pairs.set(keyOf(pair), pair);
        this.#typed.set(letter, {
          block,
          isFirst: left === undefined,
          pairs,
        });
      });
    }
  }

  /** A pair that was apart is together: rightly if it was rightly apart. */
  #recordJoin(pair: Pair, before: LetterLayout, after: LetterLayout): void {
    const [first, second] = [before.places.get(pair.first), before.places.get(pair.second)];
    if (!first || !second || !this.#isRightlyApart(before, pair)) return;
    const between = this.#between.get(keyOf(pair)) ?? new Set();
    for (const letter of lettersBetween(after, pair)) between.add(letter);
    this.#between.set(keyOf(pair), between);
  }

  #misplaced(end: LetterLayout): string[] {
    const misplaced = [...this.#pairs.values()].filter(
      (pair) =>
        [pair.first, pair.second].every((letter) => this.#hasPlace(letter, end)) &&
        !this.#isTogether(end, pair) &&
        !this.#isRightlyApart(end, pair),
    );
    return [...new Set(misplaced.map(({ typed }) => typed))];
  }

  #hasPlace(letter: string, { places, doubled }: LetterLayout): boolean {
    return places.has(letter) && !doubled.has(letter) && !this.#deleted.has(letter);
  }

  #isTogether(end: LetterLayout, pair: Pair): boolean {
    if (!standInOrder(end, pair.first, pair.second)) return false;
    return this.#werePutThere(end, pair, lettersBetween(end, pair), this.#between.get(keyOf(pair)));
  }

  #isRightlyApart(end: LetterLayout, pair: Pair): boolean {
    return this.#isPartedByOpening(end, pair) || this.#isJoinReplaced(end, pair);
  }

  #isPartedByOpening(end: LetterLayout, pair: Pair): boolean {
    const [from, to] = [end.places.get(pair.first)!, end.places.get(pair.second)!];
    const behind = end.blocks[from.block]!.letters.slice(from.index + 1);
    const before = end.blocks[to.block]!.letters.slice(0, to.index);
    if (from.block === to.block && !this.#isJoinedBehind(end, pair, behind)) return false;
    return this.#openedBlocks(end, pair).some(({ id, text }) => {
      if ([...text].some((letter) => standInOrder(end, pair.second, letter))) return false;
      const own = before.filter((letter) => text.has(letter) || this.#isTypedAtStartOf(id, letter));
      return this.#werePutThere(end, pair, [...behind, ...before], new Set(own));
    });
  }

  /**
   * Whether the first letter's block was joined to the common one, and the first letter is behind
   * its text.
   */
  #isJoinedBehind(end: LetterLayout, pair: Pair, behind: readonly string[]): boolean {
    const own = this.#typed.get(pair.typed)!.block;
    const standsIn = end.blocks[end.places.get(pair.first)!.block]!.id;
    const joined = this.#blocksJoinedTo(standsIn).find(({ id }) => id === own);
    if (joined === undefined || behind.some((letter) => joined.text.has(letter))) return false;
    const isBeforeSecond = (letter: string): boolean => standInOrder(end, letter, pair.second);
    return !this.#carriesOf(pair.first).some(
      ({ from, letters }) => from === own && [...letters].some(isBeforeSecond),
    );
  }

  /** Blocks that may separate the pair, each with the text of the block that it was joined to. */
  #openedBlocks(end: LetterLayout, pair: Pair): JoinedBlock[] {
    const to = end.places.get(pair.second)!;
    // Text behind a divider is in an unnamed block, which begins with the divider.
    const standsIn = end.blocks[to.block]!.id ?? end.blocks[to.block - 1]?.id;
    if (standsIn === null || standsIn === undefined) return [];
    return [{ id: standsIn, text: NONE }, ...this.#blocksJoinedTo(standsIn)].filter(({ id }) =>
      this.#changes.some((change) => change.opened.has(id) && isUnaware(change, pair)),
    );
  }

  /** The blocks joined to a block, transitively, each with the text before its own. */
  #blocksJoinedTo(block: unknown, joined = new Map<unknown, Set<string>>()): JoinedBlock[] {
    const isBroughtBack = this.#changes.some(({ opened }) => opened.has(block));
    for (const { id, into, text, between } of this.#changes.flatMap(({ closed }) => closed)) {
      const index = isBroughtBack ? between.findIndex((each) => each.id === block) : -1;
      if (joined.has(id) || (into !== block && index === -1)) continue;
      const before = into === block ? text : between.slice(index).flatMap(({ letters }) => letters);
      joined.set(id, new Set([...(joined.get(block) ?? []), ...before]));
      this.#blocksJoinedTo(id, joined);
    }
    return [...joined].map(([id, text]) => ({ id, text }));
  }

  #isTypedAtStartOf(block: unknown, letter: string): boolean {
    const typed = this.#typed.get(letter);
    return typed !== undefined && typed.isFirst && typed.block === block;
  }

  #isJoinReplaced(end: LetterLayout, pair: Pair): boolean {
    const { typed } = pair;
    const other = otherOf(pair, typed);
    const { block } = this.#typed.get(typed)!;
    const standsIn = end.blocks[end.places.get(other)!.block]!.id;
    if (standsIn === block) return false;
    const unseen = this.#changes.filter(({ seen }) => !seen.has(typed));
    const isClosed = (id: unknown): boolean =>
      unseen.some(({ closed }) => closed.some((each) => each.id === id));
    const isMoved = (id: unknown): boolean => unseen.some(({ moved }) => moved.has(id));
    const isFirst = end.places.get(other)!.block === 0 && standsIn === null;
    const isLeftBehind = (id: unknown): boolean =>
      unseen.some(
        ({ seen, closed }) =>
          !seen.has(other) &&
          closed.some(
            (each) =>
              each.id === id && (each.into === undefined ? isFirst : each.into === standsIn),
          ),
      );
    return this.#carriesOf(other).some(({ letters, from, to }) => {
      const isInside =
        [...letters].some((letter) => standInOrder(end, letter, typed)) &&
        [...letters].some((letter) => standInOrder(end, typed, letter));
      if (isInside) return false;
      if (isClosed(to) && (standsIn === from || isClosed(from))) return true;
      if (to === block && standsIn === from && isMoved(from)) return true;
      if (to === block && isLeftBehind(from)) return true;
      const isOpened = unseen.some(({ opened }) => opened.has(standsIn));
      const isCarriedHere = (each: Carried): boolean =>
        each.from === from && each.to !== to && (each.to === standsIn || isOpened);
      return to === block && this.#carriesOf(other, unseen).some(isCarriedHere);
    });
  }

  #carriesOf(letter: string, changes: readonly LayoutChange[] = this.#changes): Carried[] {
    return changes.flatMap(({ carried }) => carried.filter(({ letters }) => letters.has(letter)));
  }

  #werePutThere(
    end: LetterLayout,
    pair: Pair,
    letters: readonly string[],
    expected: ReadonlySet<string> = NONE,
  ): boolean {
    const there = new Set([pair.first, pair.second, ...letters]);
    return letters.every(
      (letter) =>
        expected.has(letter) ||
        this.#restored.has(letter) ||
        this.#wasTypedThere(end, letter, there) ||
        this.#wasTypedAtJoin(letter, there) ||
        this.#wasLeftThere(end, letter) ||
        this.#wasJoinedThere(end, letter, { pair, there }),
    );
  }

  #wasTypedThere(end: LetterLayout, letter: string, there: ReadonlySet<string>): boolean {
    return (this.#typed.get(letter)?.pairs ?? []).some((pair) => {
      const neighbour = otherOf(pair, letter);
      return (
        there.has(neighbour) ||
        !end.places.has(neighbour) ||
        this.#deleted.has(neighbour) ||
        !this.#pairs.has(keyOf(pair)) ||
        (!standTogether(end, letter, neighbour) && this.#openedBlocks(end, pair).length > 0)
      );
    });
  }

  /**
   * Whether the letter was typed at the end of a block to which a person, without seeing it, joined
   * some of these letters.
   */
  #wasTypedAtJoin(letter: string, there: ReadonlySet<string>): boolean {
    const [pair, ...others] = this.#typed.get(letter)?.pairs ?? [];
    if (pair === undefined || others.length > 0 || pair.second !== letter) return false;
    return this.#changes.some(
      ({ seen, closed, carried }) =>
        !seen.has(letter) &&
        closed.some(
          ({ id, text }) =>
            text.has(pair.first) &&
            carried.some(({ from, letters }) => from === id && intersects(letters, there)),
        ),
    );
  }

  /**
   * Whether the letter was typed in an empty block, and a person who had not seen it removed that
   * block or opened this one.
   */
  #wasLeftThere(end: LetterLayout, letter: string): boolean {
    const typed = this.#typed.get(letter);
    if (typed === undefined || typed.pairs.length > 0) return false;
    const standsIn = end.blocks[end.places.get(letter)!.block]!.id;
    return this.#changes.some(
      ({ seen, opened, closed }) =>
        !seen.has(letter) && (opened.has(standsIn) || closed.some(({ id }) => id === typed.block)),
    );
  }

  #wasJoinedThere(
    end: LetterLayout,
    letter: string,
    { pair, there }: { readonly pair: Pair; readonly there: ReadonlySet<string> },
  ): boolean {
    const unaware = this.#changes.filter((change) => isUnaware(change, pair));
    return this.#carriesOf(letter, unaware).some(
      ({ letters, isJoin }) =>
        isJoin &&
        [...letters].every((each) => there.has(each) || !standTogether(end, each, letter)),
    );
  }
}

const NONE: ReadonlySet<string> = new Set();

export interface LetterFaults {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly revived: readonly string[];
  readonly misplaced: readonly string[];
}

interface Pair {
  readonly first: string;
  readonly second: string;
  readonly typed: string;
  readonly isOneGo: boolean;
}

/** A block, with the text before its own in the block that contains it. */
interface JoinedBlock {
  readonly id: unknown;
  readonly text: ReadonlySet<string>;
}

interface Typed {
  readonly block: unknown;
  readonly isFirst: boolean;
  readonly pairs: readonly Pair[];
}

function lettersBetween({ blocks, places }: LetterLayout, { first, second }: Pair): string[] {
  const [from, to] = [places.get(first)!, places.get(second)!];
  return blocks[from.block]!.letters.slice(from.index + 1, to.index);
}

function standTogether({ places }: LetterLayout, a: string, b: string): boolean {
  return places.get(a)?.block === places.get(b)?.block;
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((each) => b.has(each));
}

function keyOf({ first, second }: Pair): string {
  return first + second;
}

function otherOf({ first, second }: Pair, letter: string): string {
  return letter === first ? second : first;
}

/**
 * Whether the author of a change had not seen the pair together, and so could not know that it
 * separates them.
 */
function isUnaware({ seen }: LayoutChange, { first, second, isOneGo }: Pair): boolean {
  if (standInOrder({ places: seen }, first, second)) return false;
  return seen.has(first) || seen.has(second) || !isOneGo;
}
