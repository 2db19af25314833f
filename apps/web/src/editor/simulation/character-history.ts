import { type Carried, layoutChange, type LayoutChange } from './layout-changes.ts';
import { type CharacterLayout, standInOrder } from './character-layout.ts';
import {
  charactersBetween,
  isUnaware,
  keyOf,
  otherOf,
  type Pair,
  standTogether,
} from './character-pairs.ts';

/**
 * Records each command as its author saw it, and derives where characters may be in the end.
 * Faults:
 *
 * - *Lost*: the character is gone, but no person who saw it deleted it. Undoing typing is a
 *   deletion.
 * - *Doubled*: the character occurs more than once.
 * - *Revived*: the character is present, but was deleted and not restored by undo or redo.
 * - *Misplaced*: the character is not beside its neighbours. A character is typed between two
 *   neighbours that its author sees in the same block, and makes a pair with each. A pair stays in
 *   one block, in order, with only *put there* characters between.
 *
 * A pair is released when a person deletes one of its characters, or sees both together and
 * separates or reverses them. Otherwise the two are *rightly apart* only if a person who did not
 * see them together did one of the following. If both characters were typed by one command, that
 * person must have seen one of them: nothing else can come between.
 *
 * - *Opened* the second character's block: put its boundary right there, or restored it by undo or
 *   redo. Before the second character in that block, and behind the first in its own, are only
 *   characters that were put there or were the first typed in that block. If the block has been
 *   joined to another, this applies to the other block, from the end of its own text on; likewise
 *   if both were joined to a third and the other was restored. If the first character's block was
 *   joined to it, the first character is behind its text.
 * - *Replaced a join*: the author saw one of the two in a block to which its own had been joined.
 *   The person moved its own block, and the character is there again; or joined its own block to a
 *   third, and the character is in the third or in a block split from it; or deleted the block that
 *   its own had been joined to, and the character is in its own block, or in that block's place if
 *   the person deleted it too; or deleted its own block without having seen the character, and the
 *   character is in that block's place: in the block before, or in the unnamed first block of the
 *   page.
 *
 * A character was *put there*, between two characters, if
 *
 * - it was typed next to a character that is there too, is gone, was separated from it since, or is
 *   rightly separated from it by an opened block;
 * - undo or redo restored it;
 * - it was between the two when a person who saw them rightly apart joined their blocks;
 * - it was typed at the end of a block to which a person, without seeing it, joined characters that
 *   are there;
 * - it was typed in an empty block, and a person who had not seen it removed that block or opened
 *   this one;
 * - it was in a block that a person joined to another without having seen the two together, and all
 *   characters of that join that are in this block are between the two.
 */
export class CharacterHistory {
  readonly #known = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #restored = new Set<string>();
  readonly #pairs = new Map<string, Pair>();
  readonly #typed = new Map<string, Typed>();
  /**
   * By pair key: the characters between the two when a person who saw them rightly apart joined
   * their blocks.
   */
  readonly #between = new Map<string, Set<string>>();
  readonly #changes: LayoutChange[] = [];

  constructor(start: CharacterLayout) {
    for (const character of start.places.keys()) this.#known.add(character);
  }

  get size(): number {
    return this.#known.size;
  }

  record(before: CharacterLayout, after: CharacterLayout): void {
    for (const character of before.places.keys())
      if (!after.places.has(character)) this.#deleted.add(character);
    for (const [key, pair] of this.#pairs) {
      const was = standInOrder(before, pair.first, pair.second);
      const is = standInOrder(after, pair.first, pair.second);
      if (was && !is) this.#pairs.delete(key);
      if (!was && is) this.#recordJoin(pair, before, after);
    }
    this.#changes.push(layoutChange(before, after));
    this.#recordNew(before, after);
  }

  faultsAt(end: CharacterLayout): CharacterFaults {
    const known = [...this.#known];
    return {
      lost: known.filter(
        (character) => !end.places.has(character) && !this.#deleted.has(character),
      ),
      doubled: [...end.doubled],
      revived: known.filter(
        (character) =>
          end.places.has(character) &&
          this.#deleted.has(character) &&
          !this.#restored.has(character),
      ),
      misplaced: this.#misplaced(end),
    };
  }

  #recordNew(before: CharacterLayout, after: CharacterLayout): void {
    const fresh = new Set(
      [...after.places.keys()].filter((character) => !this.#known.has(character)),
    );
    for (const character of after.places.keys())
      if (!before.places.has(character) && !fresh.has(character)) this.#restored.add(character);
    for (const { id: block, characters } of after.blocks) {
      characters.forEach((character, index) => {
        if (!fresh.has(character)) return;
        this.#known.add(character);
        const [left, right] = [characters[index - 1], characters[index + 1]];
        const pairs: Pair[] = [];
        if (left)
          pairs.push({
            first: left,
            second: character,
            typed: character,
            isOneGo: fresh.has(left),
          });
        if (right)
          pairs.push({
            first: character,
            second: right,
            typed: character,
            isOneGo: fresh.has(right),
          });
        for (const pair of pairs) this.#pairs.set(keyOf(pair), pair);
        this.#typed.set(character, {
          block,
          isFirst: left === undefined,
          pairs,
        });
      });
    }
  }

  /** A pair that was apart is together: rightly if it was rightly apart. */
  #recordJoin(pair: Pair, before: CharacterLayout, after: CharacterLayout): void {
    const [first, second] = [before.places.get(pair.first), before.places.get(pair.second)];
    if (!first || !second || !this.#isRightlyApart(before, pair)) return;
    const between = this.#between.get(keyOf(pair)) ?? new Set();
    for (const character of charactersBetween(after, pair)) between.add(character);
    this.#between.set(keyOf(pair), between);
  }

  #misplaced(end: CharacterLayout): string[] {
    const misplaced = [...this.#pairs.values()].filter(
      (pair) =>
        [pair.first, pair.second].every((character) => this.#hasPlace(character, end)) &&
        !this.#isTogether(end, pair) &&
        !this.#isRightlyApart(end, pair),
    );
    return [...new Set(misplaced.map(({ typed }) => typed))];
  }

  #hasPlace(character: string, { places, doubled }: CharacterLayout): boolean {
    return places.has(character) && !doubled.has(character) && !this.#deleted.has(character);
  }

  #isTogether(end: CharacterLayout, pair: Pair): boolean {
    if (!standInOrder(end, pair.first, pair.second)) return false;
    return this.#werePutThere(
      end,
      pair,
      charactersBetween(end, pair),
      this.#between.get(keyOf(pair)),
    );
  }

  #isRightlyApart(end: CharacterLayout, pair: Pair): boolean {
    return this.#isPartedByOpening(end, pair) || this.#isJoinReplaced(end, pair);
  }

  #isPartedByOpening(end: CharacterLayout, pair: Pair): boolean {
    const [from, to] = [end.places.get(pair.first)!, end.places.get(pair.second)!];
    const behind = end.blocks[from.block]!.characters.slice(from.index + 1);
    const before = end.blocks[to.block]!.characters.slice(0, to.index);
    if (from.block === to.block && !this.#isJoinedBehind(end, pair, behind)) return false;
    return this.#openedBlocks(end, pair).some(({ id, text }) => {
      if ([...text].some((character) => standInOrder(end, pair.second, character))) return false;
      const own = before.filter(
        (character) => text.has(character) || this.#isTypedAtStartOf(id, character),
      );
      return this.#werePutThere(end, pair, [...behind, ...before], new Set(own));
    });
  }

  #isJoinedBehind(end: CharacterLayout, pair: Pair, behind: readonly string[]): boolean {
    const own = this.#typed.get(pair.typed)!.block;
    const standsIn = end.blocks[end.places.get(pair.first)!.block]!.id;
    const joined = this.#blocksJoinedTo(standsIn).find(({ id }) => id === own);
    if (joined === undefined || behind.some((character) => joined.text.has(character)))
      return false;
    const isBeforeSecond = (character: string): boolean =>
      standInOrder(end, character, pair.second);
    return !this.#carriesOf(pair.first).some(
      ({ from, characters }) => from === own && [...characters].some(isBeforeSecond),
    );
  }

  #openedBlocks(end: CharacterLayout, pair: Pair): JoinedBlock[] {
    const to = end.places.get(pair.second)!;
    // Text behind a divider is in an unnamed block, which begins with the divider.
    const standsIn = end.blocks[to.block]!.id ?? end.blocks[to.block - 1]?.id;
    if (standsIn === null || standsIn === undefined) return [];
    return [{ id: standsIn, text: NONE }, ...this.#blocksJoinedTo(standsIn)].filter(({ id }) =>
      this.#changes.some((change) => change.opened.has(id) && isUnaware(change, pair)),
    );
  }

  #blocksJoinedTo(block: unknown, joined = new Map<unknown, Set<string>>()): JoinedBlock[] {
    const isBroughtBack = this.#changes.some(({ opened }) => opened.has(block));
    for (const { id, into, text, between } of this.#changes.flatMap(({ closed }) => closed)) {
      const index = isBroughtBack ? between.findIndex((each) => each.id === block) : -1;
      if (joined.has(id) || (into !== block && index === -1)) continue;
      const before =
        into === block ? text : between.slice(index).flatMap(({ characters }) => characters);
      joined.set(id, new Set([...(joined.get(block) ?? []), ...before]));
      this.#blocksJoinedTo(id, joined);
    }
    return [...joined].map(([id, text]) => ({ id, text }));
  }

  #isTypedAtStartOf(block: unknown, character: string): boolean {
    const typed = this.#typed.get(character);
    return typed !== undefined && typed.isFirst && typed.block === block;
  }

  #isJoinReplaced(end: CharacterLayout, pair: Pair): boolean {
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
    return this.#carriesOf(other).some(({ characters, from, to }) => {
      const isInside =
        [...characters].some((character) => standInOrder(end, character, typed)) &&
        [...characters].some((character) => standInOrder(end, typed, character));
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

  #carriesOf(character: string, changes: readonly LayoutChange[] = this.#changes): Carried[] {
    return changes.flatMap(({ carried }) =>
      carried.filter(({ characters }) => characters.has(character)),
    );
  }

  #werePutThere(
    end: CharacterLayout,
    pair: Pair,
    characters: readonly string[],
    expected: ReadonlySet<string> = NONE,
  ): boolean {
    const there = new Set([pair.first, pair.second, ...characters]);
    return characters.every(
      (character) =>
        expected.has(character) ||
        this.#restored.has(character) ||
        this.#wasTypedThere(end, character, there) ||
        this.#wasTypedAtJoin(character, there) ||
        this.#wasLeftThere(end, character) ||
        this.#wasJoinedThere(end, character, { pair, there }),
    );
  }

  #wasTypedThere(end: CharacterLayout, character: string, there: ReadonlySet<string>): boolean {
    return (this.#typed.get(character)?.pairs ?? []).some((pair) => {
      const neighbour = otherOf(pair, character);
      return (
        there.has(neighbour) ||
        !end.places.has(neighbour) ||
        this.#deleted.has(neighbour) ||
        !this.#pairs.has(keyOf(pair)) ||
        (!standTogether(end, character, neighbour) && this.#openedBlocks(end, pair).length > 0)
      );
    });
  }

  #wasTypedAtJoin(character: string, there: ReadonlySet<string>): boolean {
    const [pair, ...others] = this.#typed.get(character)?.pairs ?? [];
    if (pair === undefined || others.length > 0 || pair.second !== character) return false;
    return this.#changes.some(
      ({ seen, closed, carried }) =>
        !seen.has(character) &&
        closed.some(
          ({ id, text }) =>
            text.has(pair.first) &&
            carried.some(({ from, characters }) => from === id && intersects(characters, there)),
        ),
    );
  }

  #wasLeftThere(end: CharacterLayout, character: string): boolean {
    const typed = this.#typed.get(character);
    if (typed === undefined || typed.pairs.length > 0) return false;
    const standsIn = end.blocks[end.places.get(character)!.block]!.id;
    return this.#changes.some(
      ({ seen, opened, closed }) =>
        !seen.has(character) &&
        (opened.has(standsIn) || closed.some(({ id }) => id === typed.block)),
    );
  }

  #wasJoinedThere(
    end: CharacterLayout,
    character: string,
    { pair, there }: { readonly pair: Pair; readonly there: ReadonlySet<string> },
  ): boolean {
    const unaware = this.#changes.filter((change) => isUnaware(change, pair));
    return this.#carriesOf(character, unaware).some(
      ({ characters, isJoin }) =>
        isJoin &&
        [...characters].every((each) => there.has(each) || !standTogether(end, each, character)),
    );
  }
}

const NONE: ReadonlySet<string> = new Set();

export interface CharacterFaults {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly revived: readonly string[];
  readonly misplaced: readonly string[];
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

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((each) => b.has(each));
}
