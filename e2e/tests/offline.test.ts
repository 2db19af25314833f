/** Without a network: no edit is lost, and each arrives once. */

import type { Page } from '@playwright/test';
import {
  saveStatusOf,
  expectInstalled,
  expectSaved,
  goToEnd,
  goToEndOfLine,
  changeOwnName,
  linesOf,
  NETWORK_ERRORS,
  peopleOf,
  profileOf,
  startDocument,
  textOf,
  titleOf,
  openSharedDocument,
  writeLines,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

const OFFLINE = 'Offline: kept on this device';

async function goOffline(page: Page): Promise<void> {
  await expectInstalled(page);
  await page.context().setOffline(true);
  await expect(saveStatusOf(page)).toHaveText(OFFLINE);
}

async function reloadAccepting(page: Page): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(textOf(page)).toBeEditable();
}

test('offline edits survive a reload, and merge once with the edits of others', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await writeLines(ada, ['north', 'south']);
  await expect.poll(() => linesOf(ben)).toEqual(['north', 'south']);
  await expectSaved(ada);

  await goOffline(ada);
  await goToEndOfLine(ben, 'south');
  await ben.keyboard.type(' is not');
  await expectSaved(ben);
  await goToEndOfLine(ada, 'north');
  await ada.keyboard.type(' is dry');
  await reloadAccepting(ada);
  await expect.poll(() => linesOf(ada)).toEqual(['north is dry', 'south']);
  await expect(saveStatusOf(ada)).toHaveText(OFFLINE);
  await goToEndOfLine(ada, 'north is dry');
  await ada.keyboard.type(' again');
  expect(await linesOf(ben)).toEqual(['north', 'south is not']);

  await ada.context().setOffline(false);
  await expectSaved(ada);
  for (const page of [ada, ben])
    await expect.poll(() => linesOf(page)).toEqual(['north is dry again', 'south is not']);
  await ben.reload();
  await expect.poll(() => linesOf(ben)).toEqual(['north is dry again', 'south is not']);
});

test('an edit in the task of a reload survives the reload, and arrives once', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ada.keyboard.type('slack');
  await expectSaved(ada);
  await goOffline(ada);
  ada.on('dialog', (dialog) => void dialog.accept());
  let expected = 'slack';
  for (const word of [' water', ' at', ' nine']) {
    await goToEnd(ada);
    const reloaded = ada.waitForEvent('load');
    await ada.evaluate((written) => {
      // A browser changes the text on a key like this, before it notifies the editor.
      const text = getSelection()?.anchorNode;
      if (text instanceof Text) text.appendData(written);
      location.reload();
    }, word);
    await reloaded;
    expected += word;
    await expect(textOf(ada)).toHaveText(expected);
    await expect(saveStatusOf(ada)).toHaveText(OFFLINE);
  }
  await ada.context().setOffline(false);
  await expectSaved(ada);
  for (const page of [ada, ben]) await expect(textOf(page)).toHaveText(expected);
});

test('a document created offline reaches others once the network is back', async ({
  openAsGuest,
}) => {
  const { page: ada } = await openAsGuest();
  await expectSaved(ada);
  // The first document loads the editor.
  await startDocument(ada, 'Before');
  await goOffline(ada);
  await ada.keyboard.press('Alt+n');
  await expect(titleOf(ada)).toBeFocused();
  await ada.keyboard.type('Made at sea');
  await goToEnd(ada);
  await ada.keyboard.type('no mast in sight');
  await reloadAccepting(ada);
  await expect(titleOf(ada)).toHaveValue('Made at sea');
  await expect(textOf(ada)).toHaveText('no mast in sight');
  await ada.context().setOffline(false);
  await expectSaved(ada);
  const { page: ben } = await openAsGuest(new URL(ada.url()).pathname);
  await expect(titleOf(ben)).toHaveValue('Made at sea');
  await expect(textOf(ben)).toHaveText('no mast in sight');
});

test('a title that was typed just before the page is left is there afterwards', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Before');
  await expectSaved(page);
  await goOffline(page);
  for (const title of ['Left at once', 'Left again']) {
    await page.keyboard.press('Alt+n');
    await expect(titleOf(page)).toBeFocused();
    await page.keyboard.type(title);
    await reloadAccepting(page);
    await expect(titleOf(page)).toHaveValue(title);
  }
  await page.context().setOffline(false);
  await expectSaved(page);
  await page.reload();
  await expect(titleOf(page)).toHaveValue('Left again');
});

test('unconfirmed work is listed, and the browser asks before leaving with it', async ({
  openAsGuest,
}) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('confirmed');
  await expectSaved(page);
  expect(await asksBeforeLeaving(page)).toBe(false);

  await goOffline(page);
  await goToEnd(page);
  await page.keyboard.type(', not yet');
  await saveStatusOf(page).click();
  await page.getByRole('button', { name: 'Show 1 document with unsaved changes' }).click();
  const drawer = page.getByRole('dialog', { name: 'Not saved yet' });
  await expect(drawer.getByRole('listitem')).toContainText('Tide log');
  await expect(drawer.getByRole('listitem')).toContainText(/\d+ changes? (is|are) waiting/);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  expect(await asksBeforeLeaving(page)).toBe(true);

  await context.setOffline(false);
  await expectSaved(page);
  expect(await asksBeforeLeaving(page)).toBe(false);
});

test('offline commands show at once, are listed, and run later', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await goOffline(ada);
  await titleOf(ada).fill('Tide log for April');
  const recent = ada.getByRole('navigation').getByRole('link', { name: 'Tide log for April' });
  await expect(recent).toBeVisible();
  await changeOwnName(ada, 'Countess');
  await saveStatusOf(ada).click();
  await ada.getByRole('button', { name: 'Show 1 document with unsaved changes' }).click();
  const drawer = ada.getByRole('dialog', { name: 'Not saved yet' });
  const entries = drawer.getByRole('listitem');
  await expect(entries.filter({ hasText: 'New title “Tide log for April”' })).toHaveCount(1);
  await expect(entries.filter({ hasText: 'Your name or colour' })).toHaveCount(1);
  await ada.keyboard.press('Escape');
  await reloadAccepting(ada);
  await expect(titleOf(ada)).toHaveValue('Tide log for April');
  await expect(profileOf(ada)).toContainText('Countess');
  await expect(saveStatusOf(ada)).toHaveText(OFFLINE);
  await expect(titleOf(ben)).toHaveValue('Tide log');

  await ada.context().setOffline(false);
  await expectSaved(ada);
  await expect(titleOf(ben)).toHaveValue('Tide log for April');
  await expect(peopleOf(ben)).toHaveAccessibleName(/Countess/);
});

test('the list of documents works offline, and says that it may be out of date', async ({
  openAsGuest,
}) => {
  const { page, context } = await openAsGuest();
  const link = page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' });
  const notice = page.getByText('You are offline, so this list may be out of date');
  await expect(link).toBeVisible();
  await expectSaved(page);
  await expect(notice).toBeHidden();
  await goOffline(page);
  await expect(notice).toBeVisible();
  await page.reload();
  await expect(link).toBeVisible();
  await expect(notice).toBeVisible();
  await context.setOffline(false);
  await expect(notice).toBeHidden();
  await expectSaved(page);
});

test('the list marks documents that are not on this device, and they say why they do not open', async ({
  openAsGuest,
}) => {
  const { page, context } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.goto('/');
  const rows = page.getByRole('main').getByRole('listitem');
  const elsewhere = rows.filter({ hasText: 'Not on this device' });
  await expect(rows).toHaveCount(2);
  await expectSaved(page);
  await expect(elsewhere).toHaveCount(0);
  await goOffline(page);
  await expect(elsewhere).toHaveCount(1);
  await expect(elsewhere).toContainText('Welcome to Tandem');
  await elsewhere.getByRole('link').click();
  await expect(page.getByRole('main')).toContainText(
    'You have not opened it on this device before',
  );
  await context.setOffline(false);
  await expect(textOf(page)).toBeEditable();
});

test('a first visit without a server shows an error, and continues once the server is back', async ({
  openAsGuest,
}) => {
  const { page, context } = await openAsGuest();
  await expectInstalled(page);
  await page.evaluate(() => localStorage.clear());
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The server does not answer' })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByRole('heading', { name: 'Documents', level: 1 })).toBeVisible();
});

test.describe('one person changes the kind of a block while another types in it offline', () => {
  const changes = [
    { name: 'a heading', key: 'ControlOrMeta+Alt+2', is: '[data-kind=heading2]' },
    { name: 'a bulleted list', key: 'ControlOrMeta+Shift+8', is: '[data-list=bullet]' },
  ] as const;
  for (const { name, key, is } of changes) {
    for (const offline of ['who writes', 'who changes'] as const) {
      test(`${name}; ${offline} is offline`, async ({ openAsGuest }) => {
        const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
        await ada.keyboard.type('high water');
        await expect(textOf(ben)).toHaveText('high water');
        await expectSaved(ada);
        await goToEnd(ada);
        await goToEnd(ben);

        const offlinePage = offline === 'who writes' ? ben : ada;
        await goOffline(offlinePage);
        await ada.keyboard.press(key);
        await ben.keyboard.type(' at nine');
        await expectSaved(offlinePage === ada ? ben : ada);
        await offlinePage.context().setOffline(false);

        for (const page of [ada, ben]) {
          await expect(textOf(page).locator(is)).toHaveText('high water at nine');
          await expect(textOf(page)).toHaveText('high water at nine');
        }
        await expectSaved(ada, ben);
      });
    }
  }
});

async function asksBeforeLeaving(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const leaving = new Event('beforeunload', { cancelable: true });
    return !dispatchEvent(leaving);
  });
}
