import type { Block } from '@tandem/document';

import { text } from '../headless-page.ts';
import type { CharacterSource } from './character-layout.ts';
import type { CommandName } from './simulated-commands.ts';

export interface Profile {
  readonly name: 'hostile' | 'mild';
  readonly seeds: number;
  /**
   * Regression seeds, which run first. They once revealed a defect in the editor's binding (421,
   * 522, 1210, 1269, 1295, 4335) or a rare correct outcome (see `CharacterHistory`).
   */
  readonly keptSeeds: readonly number[];
  readonly steps: number;
  readonly page: (characters: CharacterSource) => readonly Block[];
  readonly weights: Readonly<Partial<Record<CommandName, number>>>;
  readonly longestRun: number;
  readonly delivery: { readonly chance: number; readonly scope: 'one-pair' | 'all' };
}

/** Short blocks, every command, rare deliveries. */
const hostile: Profile = {
  name: 'hostile',
  seeds: 450,
  keptSeeds: [
    73, 115, 204, 295, 304, 312, 421, 522, 600, 858, 995, 1045, 1210, 1269, 1246, 1294, 1295, 1347,
    1478, 1747, 2641, 2816, 3001, 3006, 3555, 3967, 3968, 4263, 4335, 6512,
  ],
  steps: 40,
  page: (characters) => [
    text(characters.take(6)),
    text(characters.take(6), { list: 'task' }),
    { type: 'quote', content: [text(characters.take(5))] },
    text(characters.take(6)),
  ],
  weights: {
    type: 8,
    lineBreak: 1,
    backspace: 2,
    delete: 1,
    deleteRange: 2,
    split: 3,
    joinPrevious: 2,
    joinNext: 1,
    heading: 1,
    paragraph: 1,
    list: 1,
    check: 1,
    indent: 1,
    quote: 2,
    code: 1,
    divider: 1,
    move: 2,
    drag: 1,
    mark: 2,
    link: 1,
    undo: 2,
    redo: 1,
    pause: 2,
    pasteBlocks: 1,
    pasteOver: 1,
    wipe: 0.25,
    cutAndPaste: 1,
    jump: 7,
    select: 2,
  },
  longestRun: 4,
  delivery: { chance: 1 / 8, scope: 'one-pair' },
};

/** Long paragraphs, mostly typing, a little latency. */
const mild: Profile = {
  name: 'mild',
  seeds: 50,
  keptSeeds: [310, 377, 463],
  steps: 200,
  page: (characters) => Array.from({ length: 12 }, () => text(characters.take(20))),
  weights: {
    type: 80,
    split: 5,
    joinPrevious: 1,
    joinNext: 1,
    move: 1.5,
    drag: 0.5,
    backspace: 2,
    heading: 0.5,
    list: 0.5,
    quote: 0.5,
    code: 0.5,
    mark: 0.5,
    undo: 0.5,
    redo: 0.2,
    pause: 0.5,
    jump: 5,
  },
  longestRun: 1,
  delivery: { chance: 1 / 3, scope: 'all' },
};

export const PROFILES: readonly Profile[] = [hostile, mild];
