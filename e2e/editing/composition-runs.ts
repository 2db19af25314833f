/** Plays compositions, each in a new document, and returns what each person, and a reader who opens it later, sees. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { outlineOf } from '../harness/blocks.ts';
import { clickInto } from '../harness/gestures.ts';
import { FAST_POLLING, type WriterPair } from '../harness/writer-pair.ts';
import {
  BEFORE_COMPOSITION,
  COMPOSED_LINE,
  Composition,
  JAPANESE,
  type InputMethod,
  type ConcurrentEdit,
} from './compositions.ts';
import type { Outline } from './edit-pairs.ts';

const CHOOSING_MS = 250;

export interface Screens {
  readonly ada: Outline;
  readonly ben: Outline;
  readonly reader: Outline;
}

export type FirstInput = 'at once' | 'after typing and undo';

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

export async function composeDuringEdit(
  writers: WriterPair,
  { prepare, act }: ConcurrentEdit,
): Promise<Screens> {
  const [ada, ben] = [writers.ada.page, writers.ben.page];
  await writers.startDocument(BEFORE_COMPOSITION);
  await prepare(ben);
  await clickInto(ada, COMPOSED_LINE);
  const composition = await Composition.begin(ada, JAPANESE);
  await act(ben);
  await sleep(CHOOSING_MS);
  await composition.commit();
  return screensOf(writers);
}

async function screensOf(writers: WriterPair): Promise<Screens> {
  // The caller reports screens that never converge.
  await writers.settle().catch(() => undefined);
  const [ada, ben] = [writers.ada.page, writers.ben.page];
  const reader = await writers.openAsReader();
  const shared = await outlineOf(ben);
  await expect(async () => expect(await outlineOf(reader)).toEqual(shared))
    .toPass(FAST_POLLING)
    .catch(() => undefined);
  return {
    ada: await outlineOf(ada),
    ben: await outlineOf(ben),
    reader: await outlineOf(reader),
  };
}
