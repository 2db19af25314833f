/** The product on a phone. */

import type { Locator, Page } from '@playwright/test';
import {
  saveStatusOf,
  documentPathOf,
  expectSaved,
  peopleOf,
  textOf,
  titleOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { waitForNextUndoStep } from '../harness/gestures.ts';
import { expect, phone, test } from '../harness/test.ts';

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not shown');
  return box;
}

async function startDocumentByTouch(page: Page): Promise<void> {
  await expectSaved(page);
  await page.getByRole('banner').getByRole('button', { name: 'New document' }).tap();
  await expect(textOf(page)).toBeEditable();
  await titleOf(page).fill('Tide log');
  await textOf(page).tap();
}

test('status, people and Share stay in view, and the toolbar is at the bottom', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest('/', phone);
  await startDocumentByTouch(page);
  await openAsGuest(documentPathOf(page));
  for (let line = 0; line < 40; line++) {
    await page.keyboard.type(`line ${line}`);
    await page.keyboard.press('Enter');
  }
  await expectSaved(page);
  await expect(peopleOf(page)).toHaveAccessibleName(/^2 people here/);

  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const share = page.getByRole('button', { name: 'Share' });
  for (const control of [saveStatusOf(page), peopleOf(page), share]) {
    const box = await boxOf(control);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThan(80);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
  }
  const tools = await boxOf(page.getByRole('toolbar', { name: 'Writing tools' }));
  expect(tools.y + tools.height).toBe(height);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
});

test('the toolbar makes tasks, headings and bold text, and undoes', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/', phone);
  await startDocumentByTouch(page);
  const tools = page.getByRole('toolbar', { name: 'Writing tools' });
  await page.keyboard.type('level the staff');
  await waitForNextUndoStep(page);
  await tools.getByRole('button', { name: 'Task list' }).tap();
  await expect(textOf(page).getByRole('checkbox', { name: 'level the staff' })).toBeVisible();
  await tools.getByRole('button', { name: 'Undo' }).tap();
  await expect(textOf(page).getByRole('checkbox')).toHaveCount(0);
  await tools.getByRole('button', { name: 'Heading' }).tap();
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveText('level the staff');
  await page.keyboard.press('Enter');
  await tools.getByRole('button', { name: 'Bold' }).tap();
  await page.keyboard.type('twice');
  await expect(textOf(page).getByRole('strong')).toHaveText('twice');
  await page.keyboard.press('Enter');
  await tools.getByRole('button', { name: 'Insert' }).tap();
  await page.getByRole('option', { name: 'Quote' }).tap();
  await page.keyboard.type('said');
  await expect(textOf(page).getByRole('blockquote')).toHaveText('said');
});

test('a button opens the list of documents', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/', phone);
  await page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' }).tap();
  await expect(textOf(page)).toContainText('You can change everything in it');
  await page.getByRole('button', { name: 'Open the list of documents' }).tap();
  const drawer = page.getByRole('dialog', { name: 'Documents' });
  await drawer.getByRole('link', { name: 'All documents' }).tap();
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Documents', level: 1 })).toBeVisible();
});

test('every control of the toolbar is large enough for touch', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/', phone);
  await startDocumentByTouch(page);
  const tools = page.getByRole('toolbar', { name: 'Writing tools' }).getByRole('button');
  await expect(tools).toHaveCount(7);
  for (const tool of await tools.all()) {
    const { width, height } = await boxOf(tool);
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  }
});

test('long names leave room for the number of people and the time of the last edit', async ({
  openAsGuest,
}) => {
  const [first] = await openSharedDocument(openAsGuest, [
    'Maximiliane Schwarzenberger',
    'Konstantinos',
    'Zoe',
  ]);
  const { page } = await openAsGuest(documentPathOf(first), phone);
  await expect(textOf(page)).toBeEditable();
  // The names arrive one by one, and each moves the text behind it.
  await expect(async () => {
    const others = await boxOf(page.getByText('2 others', { exact: true }));
    const edited = await boxOf(page.getByText(/^ · edited/));
    const { width = 0 } = page.viewportSize() ?? {};
    expect(others.width).toBeGreaterThan(40);
    expect(others.x + others.width).toBeLessThanOrEqual(edited.x + 1);
    expect(edited.x + edited.width).toBeLessThanOrEqual(width);
  }).toPass();
});
