/** Links followed by punctuation, and invalid links. */

import {
  documentPathOf,
  expectSaved,
  NETWORK_ERRORS,
  startDocument,
  textOf,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test('a link followed by punctuation opens its document', async ({ openAsGuest }) => {
  const { page: ada } = await openAsGuest();
  await startDocument(ada, 'Tide log');
  await ada.keyboard.type('high at six');
  await expectSaved(ada);
  const path = documentPathOf(ada);
  for (const behind of [').', ',', '%20', '%EF%BC%8C', '&gt;']) {
    const { page: ben } = await openAsGuest(path + behind);
    await expect(textOf(ben)).toHaveText('high at six');
    expect(documentPathOf(ben)).toBe(path);
    await ben.close();
  }
});

test('an invalid link shows an error and keeps the connection', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/d/(wrong');
  await expect(page.getByRole('heading', { name: 'Document not found' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'All documents' }).click();
  await expectSaved(page);
  await startDocument(page, 'Tide log');
  await page.keyboard.type('still connected');
  await expectSaved(page);
  await page.goto('/d/nobody-has-made-this-one');
  await expect(page.getByRole('heading', { name: 'You need access' })).toBeVisible();
});

test.describe(() => {
  test.use({ allowedErrors: [NETWORK_ERRORS] });

  test('text typed right after New document is complete, also offline', async ({ openAsGuest }) => {
    const { page, context } = await openAsGuest();
    await startDocument(page, 'Tide log');
    await expectSaved(page);
    await context.setOffline(true);
    const navigation = page.getByRole('navigation', { name: 'Documents' });
    await navigation.getByRole('button', { name: 'New document' }).click();
    await page.keyboard.type('Low water\nat noon', { delay: 5 });
    await expect(titleOf(page)).toHaveValue('Low water');
    await expect(textOf(page)).toHaveText('at noon');
    await context.setOffline(false);
    await expectSaved(page);
  });
});
