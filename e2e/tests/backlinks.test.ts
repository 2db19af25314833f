/** Links between documents: `[[` in the text, and what links to a document. */
import type { Locator, Page } from '@playwright/test';
import {
  documentPathOf,
  expectSaved,
  NETWORK_ERRORS,
  startDocument,
  textOf,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS] });

const linkedFrom = (page: Page): Locator => page.getByRole('region', { name: 'Linked from' });

const optionsOf = (page: Page): Locator =>
  page.getByRole('listbox', { name: 'Documents to link to' }).getByRole('option');

async function startAnother(page: Page, title: string): Promise<string> {
  await page.goto('/');
  await startDocument(page, title);
  return documentPathOf(page);
}

async function linkTo(page: Page, title: string): Promise<void> {
  await page.keyboard.type(`[[${title}`);
  await expect(optionsOf(page).first()).toHaveText(title);
  await page.keyboard.press('Enter');
  await expect(textOf(page).getByRole('link', { name: title, exact: true })).toBeVisible();
}

/** Until the index has followed (BL4). */
async function expectBacklinks(page: Page, titles: readonly string[]): Promise<void> {
  await expect(async () => {
    const answer = page.waitForResponse((response) => response.url().endsWith('/backlinks'));
    await page.reload();
    const { documents } = (await (await answer).json()) as {
      readonly documents: readonly { readonly title: string }[];
    };
    expect(documents.map(({ title }) => title)).toEqual(titles);
    await expect(linkedFrom(page).locator('bdi')).toHaveText([...titles]);
    await expect(textOf(page)).toBeVisible();
    await expectSaved(page);
  }).toPass({ timeout: 60_000 });
}

test('BL1 BL3 BL5 two brackets link a document, which knows it until the link is deleted', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  const tide = documentPathOf(page);
  const plan = await startAnother(page, 'Plan');
  await page.keyboard.type('High water is in ');
  await page.keyboard.type('[[');
  await expect(optionsOf(page).filter({ hasText: 'Tide log' })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('picker.png') });
  await page.keyboard.type('tide');
  await expect(optionsOf(page)).toHaveText(['Tide log']);
  await page.keyboard.press('Enter');
  await page.keyboard.type(', as always.');
  const link = textOf(page).getByRole('link', { name: 'Tide log', exact: true });
  await expect(link).toHaveAttribute('href', new RegExp(`^http.*${tide}$`));
  await expect(textOf(page)).toHaveText('High water is in Tide log, as always.');
  await expectSaved(page);

  await page.goto(tide);
  await expectBacklinks(page, ['Plan']);
  await expect(linkedFrom(page).getByRole('link')).toContainText('High water is in Tide log');
  await expect(linkedFrom(page).locator('mark')).toHaveText('Tide log');
  await page.screenshot({ path: test.info().outputPath('backlinks.png') });
  await linkedFrom(page).getByRole('link').click();
  await expect(titleOf(page)).toHaveValue('Plan');
  await expect(linkedFrom(page)).toHaveCount(0);

  await page.goto(plan);
  await textOf(page).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await expectSaved(page);
  await page.goto(tide);
  await expectBacklinks(page, []);
});

test('BL2 a person sees nothing of a linking document that they may not read', async ({
  openAsGuest,
}) => {
  const { page: ada } = await openAsGuest();
  await startDocument(ada, 'Plan');
  const plan = documentPathOf(ada);
  await startAnother(ada, 'Salaries of all');
  await linkTo(ada, 'Plan');
  await expectSaved(ada);
  const salaries = documentPathOf(ada);
  await ada.goto(plan);
  await expectBacklinks(ada, ['Salaries of all']);

  const { page: ben } = await openAsGuest(plan);
  await expect(textOf(ben)).toBeVisible();
  await expectSaved(ben);
  const answer = await ben.request.get(`/api${plan.replace('/d/', '/documents/')}/backlinks`);
  expect(await answer.json()).toEqual({ documents: [] });
  await expectBacklinks(ben, []);
  // Ada gives Ben the link, and Ben opens it.
  await ben.goto(salaries);
  await expect(textOf(ben)).toBeVisible();
  await expectSaved(ben);
  await ben.goto(plan);
  await expectBacklinks(ben, ['Salaries of all']);
  // What Ben may not read any more is gone, and what went to the trash.
  await ada.goto(salaries);
  await ada.getByRole('banner').getByRole('button', { name: 'More' }).click();
  await ada.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await expect(ada.getByRole('button', { name: /^Restore/ })).toBeVisible();
  await expectBacklinks(ben, []);
});

test('two brackets without a document to link to stay as they were typed', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Plan');
  await page.keyboard.type('A list of lists: [[nothing of this name');
  await expect(optionsOf(page)).toHaveCount(0);
  await page.keyboard.press('Enter');
  await page.keyboard.type('[[');
  await page.keyboard.press('Escape');
  await page.keyboard.type('1, 2]]');
  await expect(textOf(page)).toContainText('[[nothing of this name');
  await expect(textOf(page)).toContainText('[[1, 2]]');
  // Brackets that stay open do not keep the menu of blocks away.
  await page.keyboard.press('Enter');
  await page.keyboard.type('[[no list /');
  await expect(page.getByRole('listbox', { name: 'Blocks' })).toBeVisible();
});
