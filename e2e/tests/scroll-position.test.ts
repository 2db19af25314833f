/** Edits above do not move the text that a person reads. */

import type { Locator, Page } from '@playwright/test';
import {
  blockElementsOf,
  expectSaved,
  paste,
  textOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

const BLOCKS = 400;
const MIDDLE = 'Reading number 200.';

async function longDocument(writer: Page, reader: Page): Promise<Locator> {
  const readings = Array.from({ length: BLOCKS }, (_, number) => `Reading number ${number}.`);
  await paste(writer, readings.join('\n'));
  await expect(blockElementsOf(reader)).toHaveCount(BLOCKS);
  await expectSaved(writer);
  await textOf(writer).click({ position: { x: 5, y: 5 } });
  await writer.keyboard.press('ControlOrMeta+Home');
  const line = textOf(reader).getByText(MIDDLE, { exact: true });
  await line.scrollIntoViewIfNeeded();
  return line;
}

/** The line's position once it is stable: a long document is laid out as it scrolls into view. */
async function settledTop(line: Locator): Promise<number> {
  let top = Number.NaN;
  await expect(async () => {
    const before = top;
    top = await topOf(line);
    expect(top).toBe(before);
  }).toPass({ intervals: [250] });
  return top;
}

function topOf(line: Locator): Promise<number> {
  return line.evaluate((element) => element.getBoundingClientRect().top);
}

for (const who of ['reads', 'writes'] as const) {
  test(`the view of a person who ${who} does not move while another writes at the top`, async ({
    openAsGuest,
  }) => {
    const [writer, reader] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
    const line = await longDocument(writer, reader);
    if (who === 'writes') await line.click();
    else await reader.evaluate(() => (document.activeElement as HTMLElement).blur());
    const top = await settledTop(line);

    await writer.keyboard.press('Enter');
    await expect(blockElementsOf(reader)).toHaveCount(BLOCKS + 1);
    expect(await settledTop(line)).toBe(top);

    await paste(writer, Array.from({ length: 30 }, (_, n) => `New ${n}`).join('\n'));
    await expect(blockElementsOf(reader).getByText('New 29')).toHaveCount(1);
    expect(await settledTop(line)).toBe(top);

    await writer.keyboard.type('a few words more');
    await expect(textOf(reader)).toContainText('a few words more');
    expect(await settledTop(line)).toBe(top);
  });
}
