/** Undo reverts only the user's own edits. */

import type { Locator, Page } from '@playwright/test';
import {
  goToEnd,
  openProfile,
  startDocument,
  textOf,
  titleOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { waitForNextUndoStep } from '../harness/gestures.ts';
import { expect, test } from '../harness/test.ts';

test('undo reverts only the user’s own edits', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ada.keyboard.insertText('Ada wrote. ');
  await expect(textOf(ben)).toHaveText('Ada wrote. ');
  await goToEnd(ben);
  await ben.keyboard.type('Ben wrote.');
  await expect(textOf(ada)).toHaveText('Ada wrote. Ben wrote.');
  await ada.keyboard.press('ControlOrMeta+z');
  await expect(textOf(ben)).toHaveText('Ben wrote.');
  await ada.keyboard.press('ControlOrMeta+z');
  await ada.keyboard.press('ControlOrMeta+Shift+z');
  await expect(textOf(ben)).toHaveText('Ada wrote. Ben wrote.');
});

test('redo with nothing to redo does nothing', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Undo');
  await page.keyboard.type('one');
  await waitForNextUndoStep(page);
  await page.keyboard.type(' two');
  for (const redo of ['ControlOrMeta+Shift+z', 'ControlOrMeta+y']) {
    await page.keyboard.press(redo);
    await expect(textOf(page)).toHaveText('one two');
  }
  await page.keyboard.press('ControlOrMeta+z');
  await expect(textOf(page)).toHaveText('one');
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(textOf(page)).toHaveText('one two');
});

test('Undo of the browser’s menu and Redo of phones affect only the user’s own edits', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ben.keyboard.insertText('Ben wrote.');
  await expect(textOf(ada)).toHaveText('Ben wrote.');
  await ada.keyboard.press('Home');
  await ada.keyboard.type('Ada wrote. ');
  const devtools = await ada.context().newCDPSession(ada);
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', commands: ['Undo'] });
  await expect(textOf(ben)).toHaveText('Ben wrote.');
  // Chromium's own Redo stays disabled, because its history does not contain this undo.
  await textOf(ada).evaluate((element) => {
    const input = { inputType: 'historyRedo', bubbles: true, cancelable: true };
    element.dispatchEvent(new InputEvent('beforeinput', input));
  });
  await expect(textOf(ben)).toHaveText('Ada wrote. Ben wrote.');
});

const FIELDS: readonly (readonly [name: string, open: (page: Page) => Promise<Locator>])[] = [
  ['the title', async (page) => titleOf(page)],
  [
    'the chat',
    async (page) => {
      await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
      return page.getByRole('textbox', { name: 'Message everyone here' });
    },
  ],
  [
    'the address of a link',
    async (page) => {
      await page.keyboard.press('ControlOrMeta+k');
      return page.getByRole('textbox', { name: 'Address' });
    },
  ],
  [
    'the filter of the list',
    async (page) => {
      await page.goto('/');
      return page.getByRole('searchbox', { name: 'Filter' });
    },
  ],
  ['one’s name', async (page) => (await openProfile(page)).getByRole('textbox', { name: 'Name' })],
];
for (const [name, open] of FIELDS) {
  test(`undo in ${name} reverts words`, async ({ openAsGuest }) => {
    const { page } = await openAsGuest();
    await startDocument(page, '');
    const field = await open(page);
    await field.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Backspace');
    await field.pressSequentially('High water at nine');
    // How many letters are one step is up to the browser.
    await expect(async () => {
      await page.keyboard.press('ControlOrMeta+z');
      await expect(field).not.toHaveValue(/High/u, { timeout: 200 });
    }).toPass({ timeout: 60_000 });
  });
}
