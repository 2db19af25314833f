import { type Carried, layoutChange, type LayoutChange } from './layout-changes.ts';
import { type LetterLayout, standInOrder } from './letter-layout.ts';

/**
 * What people did to letters, each as they saw it, and from this what must be true of the letters in the end.
 *
 * - *Lost*: gone, though nobody deleted it while having it on screen. Undo of one's own typing is a deletion.
 * - *Doubled*: there more than once.
 * - *Revived*: there, though somebody deleted it and nobody brought it back by undo or redo.
 * - *Misplaced*: not where its neighbours are. A letter is typed between two others, its neighbours, which its author
 *   sees in the same block; with each it makes a pair. The two of a pair stay in one block and in this order, and
 *   nothing stands between them but what was put there.
 *
 * A pair is let go when somebody deletes one of its letters, or sees both together and parts them: puts a boundary
 * between them, turns them round. Otherwise the two are rightly apart only where somebody who did not see them together
 * did one of these things. Of two letters that were typed in one go this person must have seen at least one: nobody
 * else can get between them.
 *
 * - *Opened* the block in which the second one stands: put its boundary right there, or brought it back by undo or redo.
 *   Before the second one in that block, and behind the first one in its own, stands nothing but what was put there, or
 *   was the first that somebody typed in that block. Where the block has been joined to another since, this is said of
 *   the other, from the end of its own text on; so it is where both were joined to a third, and the other was brought
 *   back. Where the block of the first one was joined to it, the first one stands behind its text.
 * - *Replaced a join*: the author saw one of the two in another block than its own, which had been joined to that. This
 *   person moved its own block, and it is there again; or joined it to a third, and it is in that or in a block that was
 *   split from that; or deleted the block that it had been joined to, and it is in its own, or where that was if this
 *   person deleted it, too; or deleted its own block without having seen it, and it is where that was: in the block
 *   before, or in the unnamed one that begins the page.
 *
 * *Put there*, between two letters, is a letter
 *
 * - that was typed next to something that stands there, too, or is gone, or was parted from it since, or from which a
 *   block that was opened rightly parts it;
 * - that undo or redo brought back;
 * - that stood between them when somebody saw them rightly apart and joined their blocks;
 * - that was typed at the end of a block, and somebody who had not seen it joined a part of what stands there to that;
 * - that was typed in an empty block, and somebody who had not seen it removed that block or opened this one;
 * - that stood in a block which somebody joined to the text there, without having seen the two letters together, with
 *   all of what was joined that is in this block.
 */
export class LetterHistory {
  readonly #known = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #restored = new Set<string>();
  /** Those that were not let go. */
  readonly #pairs = new Map<string, Pair>();
  readonly #typed = new Map<string, Typed>();
  /** By the key of a pair: what stood between the two when somebody who saw them rightly apart joined their blocks. */
  readonly #between = new Map<string, Set<string>>();
  readonly #changes: LayoutChange[] = [];

  constructor(start: LetterLayout) {
    for (const letter of start.places.keys()) this.#known.add(letter);
  }

  get size(): number {
    return this.#known.size;
  }

  /** Takes in what one command made of what one person saw. */
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

  /** What went wrong with the letters, seen at the end in a page that has received everything. */
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

  /** The two were apart and are together: rightly so if they were rightly apart. */
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

  /** Whether the letter is there once, and nobody ever wanted it away. */
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

  /** Whether the block of the first one was joined to the one that both stand in, and the first one stands behind its text. */
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

  /** The blocks that may part the two, each with the text of the one that it has been joined to. */
  #openedBlocks(end: LetterLayout, pair: Pair): JoinedBlock[] {
    const to = end.places.get(pair.second)!;
    // Text behind a divider is in a block without an id, which begins with the divider.
    const standsIn = end.blocks[to.block]!.id ?? end.blocks[to.block - 1]?.id;
    if (standsIn === null || standsIn === undefined) return [];
    return [{ id: standsIn, text: NONE }, ...this.#blocksJoinedTo(standsIn)].filter(({ id }) =>
      this.#changes.some((change) => change.opened.has(id) && isUnaware(change, pair)),
    );
  }

  /** The blocks that were joined to one, to one of these, and so on, each with the text that stands before its own. */
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

  /** Whether all these letters, which stand between those of a pair, were put there. */
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

  /** Whether it was typed at the end of a block, and somebody who had not seen it joined some of these letters to that. */
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

  /** Whether it was typed in an empty block, and somebody who had not seen it removed that or opened this one. */
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

/** Two letters that were side by side when `typed`, one of them, was typed. */
interface Pair {
  readonly first: string;
  readonly second: string;
  readonly typed: string;
  /** Whether both were typed by one command. */
  readonly isOneGo: boolean;
}

/** A block with the text that stands before its own in the block that it is a part of. */
interface JoinedBlock {
  readonly id: unknown;
  readonly text: ReadonlySet<string>;
}

interface Typed {
  readonly block: unknown;
  /** Whether it was the first letter of its block. */
  readonly isFirst: boolean;
  readonly pairs: readonly Pair[];
}

/** The letters between the two of a pair, which stand in order in one block. */
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

/** Whether a change was made by a person who cannot have known that it parts the two: had not seen them together. */
function isUnaware({ seen }: LayoutChange, { first, second, isOneGo }: Pair): boolean {
  if (standInOrder({ places: seen }, first, second)) return false;
  return seen.has(first) || seen.has(second) || !isOneGo;
}
