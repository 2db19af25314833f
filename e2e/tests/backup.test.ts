/** The server's data is lost, and a backup is restored, while people have their pages open: BK8. */

import type { Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import { CLUSTER } from '../harness/cluster-process.ts';
import {
  documentPathOf,
  expectSaved,
  goToEnd,
  linesOf,
  NETWORK_ERRORS,
  openSharedDocument,
  saveStatusOf,
  startDocument,
  textOf,
  writeLines,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.skip(CLUSTER !== undefined, 'The data directory of one server is replaced.');
test.use({ serverOptions: {}, allowedErrors: [NETWORK_ERRORS] });

/** After several failed attempts, the next may be 30 s away, and then the page connects and sends. */
const RECONNECT_MS = 45_000;

async function typeAtEnd(page: Page, words: string): Promise<void> {
  await goToEnd(page);
  await page.keyboard.type(words);
}

test('open pages bring back what was written after the backup, once', async ({
  server,
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, ['in the backup']);
  await expect.poll(() => linesOf(ben)).toEqual(['in the backup']);
  await expectSaved(ada, ben);
  const backup = await server.backUp();

  await typeAtEnd(ben, ', by Ben');
  await expectSaved(ben);
  // A guest whom the backup does not know writes in the same document, and one of her own.
  const { page: cleo } = await openAsGuest(documentPathOf(ada));
  await expect(textOf(cleo)).toBeEditable();
  await typeAtEnd(cleo, ', by Cleo');
  await expectSaved(cleo);
  const { page: dan } = await openAsGuest();
  await startDocument(dan, 'Later');
  await typeAtEnd(dan, 'written later');
  await expectSaved(dan);
  await server.kill();
  await typeAtEnd(ada, ', offline');
  await server.replaceBy(backup);
  await server.start();

  for (const page of [ada, ben, cleo])
    await expect(saveStatusOf(page)).toHaveText('Saved', { timeout: RECONNECT_MS });
  const expected = ['in the backup, by Ben, by Cleo, offline'];
  for (const page of [ada, ben, cleo]) await expect.poll(() => linesOf(page)).toEqual(expected);
  await ada.reload();
  await expect.poll(() => linesOf(ada)).toEqual(expected);
  // RS7: what the backup does not know is said to be only on this device, where a new document is made from it.
  const lost = { name: 'This document is not on the server any more' };
  await expect(dan.getByRole('heading', lost)).toBeVisible({ timeout: RECONNECT_MS });
  await expectAccessible(dan, 'a document that was not restored');
  await dan.reload();
  await expect(dan.getByRole('heading', lost)).toBeVisible();
  await dan.getByRole('link', { name: 'All documents' }).first().click();
  const onlyHere = dan.getByRole('region', { name: 'Only on this device' });
  await expectAccessible(dan, 'the list with a document that was not restored');
  await onlyHere.getByRole('link', { name: 'Later' }).click();
  await dan.getByRole('button', { name: 'Make a new document from it' }).click();
  await expect(textOf(dan)).toHaveText('written later');
  await expect(textOf(dan)).toBeEditable();
  await expectSaved(dan);
  await dan.getByRole('link', { name: 'All documents' }).first().click();
  await expect(dan.getByRole('main').getByRole('link', { name: 'Copy of Later' })).toBeVisible();
  // It is the only copy, so there is a way back, also by a reload meanwhile.
  const remove = onlyHere.getByRole('button', { name: 'Remove “Later” from this device' });
  await remove.click();
  await expect(remove).toBeHidden();
  await dan.getByRole('button', { name: 'Undo' }).click();
  await expect(remove).toBeVisible();
  await remove.click();
  await expect(remove).toBeHidden();
  await dan.reload();
  await expect(remove).toBeVisible();
  await remove.click();
  const notice = dan.getByText(/is removed from this device/);
  await expect(notice).toBeVisible();
  await dan.mouse.move(0, 0);
  await expect(notice).toBeHidden({ timeout: 30_000 });
  await dan.reload();
  await expect(dan.getByRole('main').getByRole('link', { name: 'Copy of Later' })).toBeVisible();
  await expect(remove).toBeHidden();
  // No repair is repeated.
  await ada.reload();
  await expectSaved(ada);
  expect(await linesOf(ada)).toEqual(expected);
  expect(await linesOf(ben)).toEqual(expected);
});
