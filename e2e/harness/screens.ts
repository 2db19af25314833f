/** The screens as they are heard and seen: by roles, labels and words. */

import { expect, type Locator, type Page } from '@playwright/test';
import type { Arrive } from './test.ts';

/** The page's text, to write in. */
export function textOf(page: Page): Locator {
  return page.getByRole('main').getByRole('textbox', { name: /^(?!Title$)/ });
}

export function titleOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Title' });
}

/** The text, one entry for each block. */
export function linesOf(page: Page): Promise<string[]> {
  return textOf(page).locator('> *').allTextContents();
}

const CHIP_WORDS =
  /^(Opening|Saved|Saving|Offline|Reconnecting|No live connection|Not saved|View only|A change was set aside|Not connected)/;

/** The word on the connection, a button that explains it. */
export function chipOf(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: CHIP_WORDS });
}

export async function expectSaved(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) await expect(chipOf(page)).toHaveText('Saved');
}

/** Who is here: the button with the faces, whose name tells the names. */
export function peopleOf(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: /(person|people) here:/ });
}

export function documentOf(page: Page): string {
  return new URL(page.url()).pathname;
}

/** From the front page: makes a document, names it, and stands at the start of its text. */
export async function startDocument(page: Page, title: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'New document' }).click();
  await expect(titleOf(page)).toBeFocused();
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await expect(textOf(page)).toBeFocused();
  await expectSaved(page);
}

/** So many people in one new document, the first of whom made it; all see its (empty) text. */
export async function together(arrive: Arrive, count: number): Promise<Page[]> {
  const { page: first } = await arrive();
  await startDocument(first, 'Tide log');
  const others = await Promise.all(
    Array.from({ length: count - 1 }, async () => (await arrive(documentOf(first))).page),
  );
  for (const page of others) {
    await expect(textOf(page)).toBeEditable();
    await expectSaved(page);
  }
  return [first, ...others];
}

/** Gives oneself a name, as others see it. */
export async function introduce(page: Page, name: string): Promise<void> {
  await profileOf(page).click();
  const field = page.getByRole('textbox', { name: 'Name' });
  await field.fill(name);
  await field.press('Enter');
  await field.press('Escape');
  await expect(profileOf(page)).toHaveText(new RegExp(name));
}

/** Oneself, at the foot of the navigation. */
export function profileOf(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Documents' }).getByRole('button').last();
}

/** Puts the caret at the end of the text. */
export async function goToEnd(page: Page): Promise<void> {
  await textOf(page).focus();
  await page.keyboard.press('ControlOrMeta+End');
}

/** Pastes text as if it had been copied elsewhere, where the caret is. */
export async function paste(page: Page, text: string): Promise<void> {
  await textOf(page).evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = { clipboardData, bubbles: true, cancelable: true };
    element.dispatchEvent(new ClipboardEvent('paste', event));
  }, text);
}

/** What a browser prints when it cannot reach the server; for tests that take the network away. */
export const NETWORK_ERRORS = /net::ERR_|WebSocket connection to|Failed to load resource/;
