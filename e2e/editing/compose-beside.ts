/** Plays compositions in documents of their own, and reads what all see afterwards. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { outlineOf } from '../harness/blocks.ts';
import { clickInto } from '../harness/gestures.ts';
import { SOON, type WriterPair } from '../harness/writer-pair.ts';
import {
  BEFORE_COMPOSITION,
  COMPOSED_LINE,
  Composition,
  JAPANESE,
  type InputMethod,
  type Interference,
} from './compositions.ts';
import type { Outline } from './pairs.ts';

/** People look at the candidates before they take one; the other's edit arrives meanwhile. */
const CHOOSING_MS = 250;

/** What is on the screens of the two and, read from the shared text, on that of a third. */
export interface Screens {
  readonly ada: Outline;
  readonly ben: Outline;
  readonly afresh: Outline;
}

export type FirstInput = 'at once' | 'after typing and undo';

/** The first input of a new, empty document. */
export async function composeFirst(
  writers: WriterPair,
  method: InputMethod,
  when: FirstInput,
): Promise<Screens> {
  const { page } = writers.ada;
  await writers.startDocument(['']);
  if (when === 'after typing and undo') {
    await page.keyboard.type('a');
    await expect.poll(() => outlineOf(page)).toEqual(['a']);
    await page.keyboard.press('ControlOrMeta+z');
    await expect.poll(() => outlineOf(page)).toEqual(['']);
  }
  const composition = await Composition.begin(page, method);
  await composition.commit();
  return screensOf(writers);
}

/** At the end of `line`, while the other does something to it. */
export async function composeBeside(
  writers: WriterPair,
  { at, act }: Interference,
): Promise<Screens> {
  const [ada, ben] = [writers.ada.page, writers.ben.page];
  await writers.startDocument(BEFORE_COMPOSITION);
  await at(ben);
  await clickInto(ada, COMPOSED_LINE);
  const composition = await Composition.begin(ada, JAPANESE);
  await act(ben);
  await sleep(CHOOSING_MS);
  await composition.commit();
  return screensOf(writers);
}

async function screensOf(writers: WriterPair): Promise<Screens> {
  // Screens that stay different are a finding, which the caller reports.
  await writers.settle().catch(() => undefined);
  const [ada, ben] = [writers.ada.page, writers.ben.page];
  const third = await writers.openAfresh();
  const shared = await outlineOf(ben);
  await expect(async () => expect(await outlineOf(third)).toEqual(shared))
    .toPass(SOON)
    .catch(() => undefined);
  return {
    ada: await outlineOf(ada),
    ben: await outlineOf(ben),
    afresh: await outlineOf(third),
  };
}
