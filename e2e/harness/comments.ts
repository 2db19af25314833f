/** Comments on words of a text. */

import { expect, type Page } from '@playwright/test';
import { textOf } from './screens.ts';

/** Selects the first such words of the page. */
export async function select(page: Page, words: string): Promise<void> {
  await textOf(page).evaluate((element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const at = node.nodeValue!.indexOf(wanted);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      if ((element as HTMLElement).isContentEditable) (element as HTMLElement).focus();
      getSelection()!.removeAllRanges();
      getSelection()!.addRange(range);
      return;
    }
    throw new Error(`no ${wanted}`);
  }, words);
}

export async function comment(page: Page, words: string, text: string): Promise<void> {
  await select(page, words);
  await page.getByRole('toolbar').getByRole('button', { name: 'Comment' }).click();
  const field = page.getByRole('textbox', { name: 'Comment on this' });
  await expect(field).toBeFocused();
  await field.fill(text);
  // On a phone, Enter breaks the line.
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(field).toBeHidden();
}
