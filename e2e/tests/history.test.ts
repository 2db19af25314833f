/** The history of a page: what changed, by whom, and bringing an earlier version back. */
import type { Page } from '@playwright/test';
import { expectSaved, openSharedDocument, startDocument, textOf } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

async function openHistory(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'History' }).click();
}

const shownPage = (page: Page) => page.getByRole('article');
const slider = (page: Page) => page.getByRole('slider', { name: 'Moment' });

test('what each person wrote and deleted is shown, at any moment', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('High water at nine.');
  await expect(textOf(ben)).toHaveText('High water at nine.');
  await ben.getByText('High water').click();
  await ben.keyboard.press('End');
  for (let i = 0; i < 'nine.'.length; i++) await ben.keyboard.press('Shift+ArrowLeft');
  await expect.poll(() => ben.evaluate(() => String(getSelection()))).toBe('nine.');
  await ben.keyboard.type('ten.');
  await expect(textOf(ben)).toHaveText('High water at ten.');
  await expectSaved(ben);

  await openHistory(ada);
  await expect(ada).toHaveURL(/history=true/);
  await expect(ada.locator('ins')).toHaveText(['High water at ', 'ten.']);
  await expect(ada.locator('ins').first()).toHaveAttribute('title', 'Written by Ada');
  await expect(ada.locator('ins').last()).toHaveAttribute('title', 'Written by Ben');
  await slider(ada).focus();
  await ada.keyboard.press('Home');
  await expect(shownPage(ada)).toHaveText('');
  await ada.keyboard.press('End');
  await expect(shownPage(ada)).toHaveText('High water at ten.');
  await ada.getByRole('button', { name: 'Play' }).click();
  await expect(ada.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(ada.getByRole('button', { name: 'Play' })).toBeVisible({ timeout: 60_000 });
  await expect(shownPage(ada)).toHaveText('High water at ten.');
  await ada.keyboard.press('Escape');
  await expect(textOf(ada)).toBeEditable();
  await expect(ada).not.toHaveURL(/history/);
});

test('an earlier version comes back for everyone, loses nobody’s words, and can be undone', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('High');
  await expectSaved(ada);
  await ada.keyboard.type(' water.');
  await expectSaved(ada);
  await openHistory(ada);
  await expect(shownPage(ada)).toHaveText('High water.');
  // What is written now is not in the version that is shown.
  await ben.getByText('High water').click();
  await ben.keyboard.press('End');
  await ben.keyboard.type(' Low water.');
  await expectSaved(ben);
  await slider(ada).focus();
  const earlier = async () => {
    await ada.keyboard.press('ArrowLeft');
    return await shownPage(ada).textContent();
  };
  await expect.poll(earlier).toBe('High');
  await ada.getByRole('button', { name: 'Restore' }).click();
  await expect(textOf(ada)).toHaveText('High');
  await expect(textOf(ben)).toHaveText('High');
  await ada.getByRole('button', { name: 'Undo' }).click();
  await expect(textOf(ben)).toHaveText('High water. Low water.');
  await expect(textOf(ada)).toHaveText('High water. Low water.');
});

test('a page in which nothing was written says so, and readers have no history', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await expectSaved(page);
  await openHistory(page);
  await expect(page.getByRole('heading', { name: 'Nothing was written yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to the document' }).last().click();
  await expect(textOf(page)).toBeEditable();
});

test('a moment gets a name, which others see, and is found by it', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('High water.');
  await expectSaved(ada);
  await openHistory(ada);
  await openHistory(ben);
  await ada.getByRole('button', { name: 'Name this version' }).click();
  await ada.getByRole('textbox', { name: 'Name of the version' }).fill('Sent to print');
  await ada.getByRole('button', { name: 'Save the name' }).click();
  const named = (page: Page) => page.getByRole('button', { name: /^Sent to print .*Ada/ });
  await expect(named(ada)).toBeVisible();
  await named(ben).click();
  await expect(shownPage(ben)).toHaveText('High water.');
  await ada.getByRole('button', { name: 'More about Sent to print' }).click();
  await ada.getByRole('menuitem', { name: 'Rename' }).click();
  await ada.getByRole('textbox', { name: 'Name of the version' }).fill('Printed');
  await ada.keyboard.press('Enter');
  await ben.getByRole('button', { name: 'More about Printed' }).click();
  await ben.getByRole('menuitem', { name: 'Delete the name' }).click();
  await expect(ada.getByRole('button', { name: /Printed/ })).toHaveCount(0);
});

test('who wrote the page is shown, and who wrote the selected words', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await textOf(ada).click();
  await ada.keyboard.type('High water ');
  await expect(textOf(ben)).toHaveText('High water');
  await ben.getByText('High water').click();
  await ben.keyboard.press('End');
  await ben.keyboard.type('Low water.');
  await expectSaved(ben);
  await openHistory(ada);
  await ada.getByRole('button', { name: /^Compare with/ }).click();
  await ada.getByRole('menuitem', { name: 'Who wrote what' }).click();
  const legend = ada.getByRole('status').filter({ hasText: /ritten by/ });
  await expect(legend).toContainText('Written by');
  await expect(legend).toContainText('Ada');
  await ada.getByText('Low water.', { exact: true }).dblclick();
  await expect(legend).toContainText('The selected words were written by');
  await expect(legend).not.toContainText('Ada');
  await expect(legend).toContainText('Ben');
});
