/** A page translated by the browser, which wraps every text in its own elements. */

import type { Page } from '@playwright/test';
import {
  saveStatusOf,
  expectSaved,
  NETWORK_ERRORS,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

test('the save status stays correct after a translation, and nothing breaks', async ({
  openAsGuest,
}) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('one');
  await expectSaved(page);
  await translate(page);
  await expect(saveStatusOf(page)).toHaveText('Saved');

  await context.setOffline(true);
  await expect(saveStatusOf(page)).toHaveText(/^Offline|^Reconnecting/);
  await translate(page);
  await page.keyboard.type(' two');
  await context.setOffline(false);
  await expect(saveStatusOf(page)).toHaveText('Saved', { timeout: 30_000 });
  await page.getByRole('navigation').getByRole('link', { name: 'All documents' }).click();
  await expect(page.getByRole('main').getByRole('link', { name: /Tide log/ })).toBeVisible();
  await page.goBack();
  await expect(textOf(page)).toHaveText('one two');
});

async function translate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: Text[] = [];
    while (texts.nextNode() !== null) found.push(texts.currentNode as Text);
    for (const text of found) {
      if (
        text.parentElement?.closest(
          '[contenteditable], script, style, textarea, tandem-translation',
        )
      )
        continue;
      const font = document.createElement('tandem-translation');
      text.replaceWith(font);
      font.append(text);
    }
  });
}
