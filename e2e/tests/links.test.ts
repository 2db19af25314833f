/** Incoming links: with a sentence's full stop, or wrong. */

import {
  documentOf,
  expectSaved,
  NETWORK_ERRORS,
  startDocument,
  textOf,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test('a link with something behind it opens its document', async ({ arrive }) => {
  const { page: ada } = await arrive();
  await startDocument(ada, 'Tide log');
  await ada.keyboard.type('high at six');
  await expectSaved(ada);
  const path = documentOf(ada);
  for (const behind of [').', ',', '%20', '%EF%BC%8C', '&gt;']) {
    const { page: ben } = await arrive(path + behind);
    await expect(textOf(ben)).toHaveText('high at six');
    expect(documentOf(ben)).toBe(path);
    await ben.close();
  }
});

test('a link that can be none says so, leads on, and costs nobody the connection', async ({
  arrive,
}) => {
  const { page } = await arrive('/d/(wrong');
  await expect(page.getByRole('heading', { name: 'Document not found' })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'All documents' }).click();
  await expectSaved(page);
  await startDocument(page, 'Tide log');
  await page.keyboard.type('still connected');
  await expectSaved(page);
  await page.goto('/d/nobody-has-made-this-one');
  await expect(page.getByRole('heading', { name: 'Document not found' })).toBeVisible();
});

test.describe(() => {
  test.use({ allowedErrors: [NETWORK_ERRORS] });

  test('what is typed right after New document is all there, also without a network', async ({
    arrive,
  }) => {
    const { page, context } = await arrive();
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
