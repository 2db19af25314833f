/** Locators and actions of the screens, by role, label and text. */

import { expect, type Locator, type Page } from '@playwright/test';
import type { OpenAsGuest } from './test.ts';

export function textOf(page: Page): Locator {
  return page.getByRole('main').getByRole('textbox', { name: /^(?!Title$)/ });
}

export function titleOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Title', exact: true });
}

export function blockElementsOf(page: Page): Locator {
  return textOf(page).locator(':scope > :not(.section), :scope > .section > *');
}

export function linesOf(page: Page): Promise<string[]> {
  return blockElementsOf(page).allTextContents();
}

const STATUS_LABELS =
  /^(Opening|Saved|Syncing|Saving|Offline|Reconnecting|No live connection|Not saved|View only|Comment only|A change was not accepted|Not connected|Sign in again)/;

export function saveStatusOf(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: STATUS_LABELS });
}

export async function expectSaved(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    // The dot changes at once; the label stays "Saved" during short saves.
    await expect(saveStatusOf(page)).toHaveAttribute('data-connection', 'saved');
    await expect(saveStatusOf(page)).toHaveText('Saved');
  }
}

/** From now on the whole application works without a network, also what this page has not loaded yet. */
export async function expectInstalled(page: Page): Promise<void> {
  const hasServiceWorker = () => page.evaluate(() => navigator.serviceWorker.controller !== null);
  // It fetches the whole application first.
  await expect.poll(hasServiceWorker, { timeout: 60_000 }).toBe(true);
}

export function peopleOf(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: /(person|people) here:/ });
}

export function profileOf(page: Page): Locator {
  const navigation = page.getByRole('navigation', { name: 'Documents' });
  return navigation.getByRole('button', { name: /^(?!New document|Inbox|Search$|Actions for )/ });
}

export async function openProfile(page: Page): Promise<Locator> {
  await profileOf(page).click();
  return page.getByRole('dialog', { name: 'You' });
}

export async function changeOwnName(page: Page, name: string): Promise<void> {
  const profile = await openProfile(page);
  await profile.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(profile).toBeHidden();
  await expect(profileOf(page)).toContainText(name);
}

export async function renameByApi(page: Page, name: string): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  const answer = await page.request.patch('/api/me', { data: { name }, headers });
  expect(answer.ok(), await answer.text()).toBe(true);
}

export function documentPathOf(page: Page): string {
  return new URL(page.url()).pathname;
}

export async function startDocument(page: Page, title: string): Promise<void> {
  await expectSaved(page);
  await page.getByRole('banner').getByRole('button', { name: 'New document' }).click();
  await expect(titleOf(page)).toBeFocused();
  await expect(textOf(page)).toBeEditable();
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await expect(textOf(page)).toBeFocused();
  await expectSaved(page);
}

export async function openSharedDocument<const Names extends readonly string[]>(
  openAsGuest: OpenAsGuest,
  names: Names,
): Promise<{ [Index in keyof Names]: Page }> {
  const { page: first } = await openAsGuest();
  await startDocument(first, 'Tide log');
  await renameByApi(first, names[0] ?? '');
  await textOf(first).focus();
  const others = await Promise.all(
    names.slice(1).map(async (name) => {
      const { page } = await openAsGuest(documentPathOf(first));
      await expect(textOf(page)).toBeEditable();
      await expectSaved(page);
      await renameByApi(page, name);
      await textOf(page).focus();
      return page;
    }),
  );
  for (const page of [first, ...others]) {
    for (const name of names) await expect(peopleOf(page)).toHaveAccessibleName(RegExp(name));
  }
  return [first, ...others] as { [Index in keyof Names]: Page };
}

export async function goToEnd(page: Page): Promise<void> {
  await textOf(page).focus();
  await page.keyboard.press('ControlOrMeta+End');
}

export async function goToEndOfLine(page: Page, line: string): Promise<void> {
  await textOf(page).getByText(line, { exact: true }).click();
  await page.keyboard.press('End');
}

export async function writeLines(page: Page, lines: readonly string[]): Promise<void> {
  for (const [index, line] of lines.entries()) {
    if (index > 0) await page.keyboard.press('Enter');
    await page.keyboard.type(line);
  }
}

export async function paste(page: Page, text: string): Promise<void> {
  await textOf(page).evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = { clipboardData, bubbles: true, cancelable: true };
    element.dispatchEvent(new ClipboardEvent('paste', event));
  }, text);
}

export const NETWORK_ERRORS = /net::ERR_|WebSocket connection to|Failed to load resource/;
