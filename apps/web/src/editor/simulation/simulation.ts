import { SeededRandom } from '@tandem/testkit';

import { type Page, sharedPage } from '../headless-page.ts';
import { Delivery } from './delivery.ts';
import { repeatable } from './environment.ts';
import { type CharacterFaults, CharacterHistory } from './character-history.ts';
import {
  CharacterSource,
  layoutOf,
  rewrittenCharacters,
  storedCharacters,
} from './character-layout.ts';
import { checkPage, shownPage, violations, watchCommands } from './page-checks.ts';
import { outline } from './page-outline.ts';
import type { Profile } from './profiles.ts';
import { type CommandName, COMMANDS } from './simulated-commands.ts';

/**
 * Three people edit one page with every command of the editor, while updates arrive late and in any
 * order, and a reader only reads. Checked after every command and delivered update: each page is
 * valid and shows the stored content, which after a command is that command's result. No command
 * but undo and redo rewrites a character that it leaves on the page. In the end all pages are equal
 * and each character is in its place, see `CharacterHistory`.
 */
export class Simulation {
  readonly #seed: number;
  readonly #profile: Profile;
  readonly #onStep: (line: string) => void;
  readonly #random: SeededRandom;
  readonly #characters = new CharacterSource();
  readonly #pages: readonly Page[];
  readonly #delivery: Delivery;
  readonly #history: CharacterHistory;
  readonly #failedChecks: string[] = [];
  readonly #rewritten: string[] = [];
  #step = 'opening';

  constructor(seed: number, profile: Profile, onStep: (line: string) => void = () => {}) {
    this.#seed = seed;
    this.#profile = profile;
    this.#onStep = onStep;
    this.#random = new SeededRandom(seed);
    this.#pages = repeatable(
      seed,
      () => sharedPage(profile.page(this.#characters), PEOPLE + 1).pages,
    );
    for (const page of this.#pages) watchCommands(page, (error) => this.#noteFailure(error));
    this.#delivery = new Delivery(this.#pages, (page) => this.#check(page));
    this.#history = new CharacterHistory(layoutOf(this.#pages[0]!.view.state.doc));
  }

  run(steps = this.#profile.steps): Outcome {
    return repeatable(this.#seed, () => {
      try {
        for (let step = 0; step < steps; step++) {
          this.#command(step);
          this.#deliverSome();
        }
        this.#step = 'the end';
        this.#delivery.deliverAll(this.#random);
        this.#trace();
      } catch (error) {
        return { ...this.#outcome(), crashed: `${this.#step}: ${String(error)}` };
      }
      return this.#outcome();
    });
  }

  #command(step: number): void {
    const person = this.#random.int(0, PEOPLE - 1);
    const page = this.#pages[person]!;
    const name = this.#pickCommand();
    this.#step = `step ${step}, person ${person + 1}, ${name}`;
    const before = layoutOf(page.view.state.doc);
    const stored = storedCharacters(page.doc);
    COMMANDS[name]({
      view: page.view,
      random: this.#random,
      characters: this.#characters,
      longestRun: this.#profile.longestRun,
    });
    this.#history.record(before, layoutOf(page.view.state.doc));
    if (name !== 'undo' && name !== 'redo')
      this.#rewritten.push(...rewrittenCharacters(stored, storedCharacters(page.doc)));
    this.#trace();
    this.#check(page);
  }

  #pickCommand(): CommandName {
    const weights = Object.entries(this.#profile.weights) as [CommandName, number][];
    let left = this.#random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
    return (weights.find(([, weight]) => (left -= weight) < 0) ?? weights[0]!)[0];
  }

  #deliverSome(): void {
    const { chance, scope } = this.#profile.delivery;
    if (!this.#random.chance(chance)) return;
    this.#step += ', then delivery';
    if (scope === 'all') {
      this.#delivery.deliverAll(this.#random);
    } else {
      const [from, to] = this.#random.shuffle(this.#pages.map((_, index) => index));
      this.#delivery.deliver(from!, to!, this.#random.int(1, MOST_DELIVERED));
    }
    this.#trace();
  }

  #check(page: Page): void {
    try {
      checkPage(page);
    } catch (error) {
      this.#noteFailure(error);
    }
  }

  #noteFailure(error: unknown): void {
    this.#failedChecks.push(`${this.#step}: ${String(error)}`);
  }

  #trace(): void {
    const shown = this.#pages.map(({ view }) => `\n    ${outline(view.state.doc)}`);
    this.#onStep(`${this.#step}${shown.join('')}`);
  }

  #outcome(): Outcome {
    const ends = this.#pages.map(shownPage);
    return {
      ...this.#history.faultsAt(layoutOf(this.#pages[0]!.view.state.doc)),
      characters: this.#history.size,
      rewritten: this.#rewritten,
      diverged: ends.some((end) => end !== ends[0]),
      failedChecks: this.#failedChecks,
      violations: this.#pages.flatMap(violations),
      writtenByReader: this.#delivery.written[PEOPLE]!,
      crashed: null,
    };
  }
}

const PEOPLE = 3;
const MOST_DELIVERED = 20;

export interface Outcome extends CharacterFaults {
  readonly characters: number;
  /** Characters that a command removed and wrote again, which detaches concurrent edits. */
  readonly rewritten: readonly string[];
  readonly diverged: boolean;
  readonly failedChecks: readonly string[];
  readonly violations: readonly string[];
  readonly writtenByReader: number;
  readonly crashed: string | null;
}

export function faultsOf(outcome: Outcome): string[] {
  const { crashed, lost, doubled, misplaced, revived, rewritten, failedChecks } = outcome;
  if (crashed) return [`crashed at ${crashed}`];
  return [
    ...(lost.length > 0 ? [`lost ${lost.join('')}`] : []),
    ...(doubled.length > 0 ? [`doubled ${doubled.join('')}`] : []),
    ...(misplaced.length > 0 ? [`misplaced ${misplaced.join('')}`] : []),
    ...(revived.length > 0 ? [`revived ${revived.join('')}`] : []),
    ...(rewritten.length > 0 ? [`rewrote ${rewritten.join('')}`] : []),
    ...(outcome.diverged ? ['the pages differ'] : []),
    ...(outcome.writtenByReader > 0 ? [`the reader wrote ${outcome.writtenByReader}×`] : []),
    ...failedChecks.slice(0, 1),
    ...outcome.violations,
  ];
}
