/** The product on a phone. */

import type { Locator, Page } from '@playwright/test';
import {
  chipOf,
  documentOf,
  expectSaved,
  peopleOf,
  textOf,
  titleOf,
  together,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

/** Edits within half a second form one undo step. */
const NEXT_STEP_MS = 600;

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

test('the state, the people and the link stay in view, and the tools are at the bottom', async ({
  arrive,
}) => {
  const { page } = await arrive('/', phone);
  await startDocumentByTouch(page);
  await arrive(documentOf(page));
  for (let line = 0; line < 40; line++) {
    await page.keyboard.type(`line ${line}`);
    await page.keyboard.press('Enter');
  }
  await expectSaved(page);
  await expect(peopleOf(page)).toHaveAccessibleName(/^2 people here/);

  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const share = page.getByRole('button', { name: 'Share' });
  for (const control of [chipOf(page), peopleOf(page), share]) {
    const box = await boxOf(control);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThan(80);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
  }
  const tools = await boxOf(page.getByRole('toolbar', { name: 'Writing tools' }));
  expect(tools.y + tools.height).toBe(height);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
});

test('the tools make a task, a heading and bold words, and undo', async ({ arrive }) => {
  const { page } = await arrive('/', phone);
  await startDocumentByTouch(page);
  const tools = page.getByRole('toolbar', { name: 'Writing tools' });
  await page.keyboard.type('level the staff');
  await page.waitForTimeout(NEXT_STEP_MS);
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

test('the documents are behind a button', async ({ arrive }) => {
  const { page } = await arrive('/', phone);
  await page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' }).tap();
  await expect(textOf(page)).toContainText('Nothing in it is precious');
  await page.getByRole('button', { name: 'Open the list of documents' }).tap();
  const drawer = page.getByRole('dialog', { name: 'Documents' });
  await drawer.getByRole('link', { name: 'All documents' }).tap();
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Documents', level: 1 })).toBeVisible();
});

test('fingers find every control of the document', async ({ arrive }) => {
  const { page } = await arrive('/', phone);
  await startDocumentByTouch(page);
  const tools = page.getByRole('toolbar', { name: 'Writing tools' }).getByRole('button');
  await expect(tools).toHaveCount(7);
  for (const tool of await tools.all()) {
    const { width, height } = await boxOf(tool);
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  }
});

test('however long the names are, it is seen how many people there are and when they wrote', async ({
  arrive,
}) => {
  const [first] = await together(arrive, ['Maximiliane Schwarzenberger', 'Konstantinos', 'Zoe']);
  const { page } = await arrive(documentOf(first), phone);
  await expect(textOf(page)).toBeEditable();
  // The names arrive one by one and move what stands behind them.
  await expect(async () => {
    const others = await boxOf(page.getByText('2 others', { exact: true }));
    const edited = await boxOf(page.getByText(/^ · edited/));
    const { width = 0 } = page.viewportSize() ?? {};
    expect(others.width).toBeGreaterThan(40);
    expect(others.x + others.width).toBeLessThanOrEqual(edited.x + 1);
    expect(edited.x + edited.width).toBeLessThanOrEqual(width);
  }).toPass();
});
