/** A visit without an account: the guest's identity and documents. */

import type { Locator, Page } from '@playwright/test';
import {
  saveStatusOf,
  documentPathOf,
  expectSaved,
  goToEnd,
  changeOwnName,
  openProfile,
  peopleOf,
  profileOf,
  startDocument,
  textOf,
  titleOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

const EXCERPT_TIMEOUT = { timeout: 30_000 };

test('a first visit gets a name and a welcome document that can be edited', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await expect(profileOf(page)).toHaveText(/\w+ \w+/);
  await page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' }).click();
  await expect(textOf(page)).toContainText('You can change everything in it');
  await goToEnd(page);
  await page.keyboard.press('Enter');
  await page.keyboard.type('I was here.');
  await expectSaved(page);
  await page.reload();
  await expect(textOf(page)).toContainText('I was here.');
});

test('each visitor has a separate welcome document', async ({ openAsGuest }) => {
  const [one, other] = await Promise.all([openAsGuest(), openAsGuest()]);
  const paths = await Promise.all(
    [one, other].map(async ({ page }) => {
      const link = page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' });
      await expect(link).toHaveCount(1);
      return link.getAttribute('href');
    }),
  );
  expect(paths[0]).not.toBe(paths[1]);
});

test('a new name and colour show for others at once, and survive a reload', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await changeOwnName(ada, 'Countess');
  const profile = await openProfile(ada);
  await profile.getByRole('radio', { name: 'Green' }).check();
  await expect(peopleOf(ben)).toHaveAccessibleName('2 people here: Countess and Ben');
  await peopleOf(ben).click();
  const countess = ben.getByRole('listitem').filter({ hasText: 'Countess' });
  await expect(countess.locator('[style*="--p3"]')).toBeVisible();
  await ada.reload();
  await expect(profileOf(ada)).toContainText('Countess');
  await openProfile(ada);
  await expect(profile.getByRole('radio', { name: 'Green' })).toBeChecked();
});

test('a name that is too long is rejected with the rule', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await expectSaved(page);
  const before = await profileOf(page).textContent();
  const profile = await openProfile(page);
  await profile.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(41));
  await expect(profile.getByText('One to forty characters.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(profileOf(page)).toHaveText(before ?? '');
});

test('a new document is in the list with its title and first words', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await page.keyboard.type('High water at nine.');
  await expectSaved(page);
  await page.getByRole('link', { name: 'All documents' }).click();
  const rows = page.getByRole('main').getByRole('listitem');
  await expect(rows.first()).toContainText('Tide log');
  await expect(rows.first()).toContainText('High water at nine.', EXCERPT_TIMEOUT);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('tide');
  await expect(rows).toHaveText([/Tide log/]);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('nowhere');
  await expect(page.getByText('No document has “nowhere” in its title')).toBeVisible();
});

test('a new title shows for others while it is typed', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await titleOf(ada).fill('Tide log for April');
  await expect(titleOf(ben)).toHaveValue('Tide log for April');
  await expect(ben).toHaveTitle(/Tide log for April/);
  await expect(ben.getByRole('navigation').getByText('Tide log for April')).toBeVisible();
  await expectSaved(ada);
  await ada.reload();
  await expect(titleOf(ada)).toHaveValue('Tide log for April');
});

test('a document removed from the list opens by its link', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  const link = page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' });
  const path = (await link.getAttribute('href')) ?? '';
  await page.getByRole('button', { name: 'Actions for Welcome to Tandem' }).click();
  await page.getByRole('menuitem', { name: 'Remove from my list' }).click();
  await expect(page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
  await expectSaved(page);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
  await page.goto(path);
  await expect(textOf(page)).toContainText('You can change everything in it');
});

test('the list shows who is in a document, what they write, and what is new in its chat', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ada.getByRole('link', { name: 'All documents' }).click();
  const row = ada.getByRole('main').getByRole('listitem').filter({ hasText: 'Tide log' });
  await expect(row.getByRole('img', { name: 'Here now: Ben' })).toBeVisible();
  await ben.keyboard.type('slack water');
  await expect(row).toContainText('slack water', EXCERPT_TIMEOUT);
  await ben.getByRole('button', { name: 'Chat', exact: true }).click();
  await ben.getByRole('textbox', { name: 'Message everyone here' }).fill('Come and see');
  await ben.keyboard.press('Enter');
  const unread = { name: '1 new message in the chat' };
  await expect(row.getByRole('img', unread)).toBeVisible();
  await expect(ada.getByRole('navigation').getByRole('img', unread)).toBeVisible();
  await ben.getByRole('link', { name: 'All documents' }).click();
  await expect(row.getByRole('img', { name: /^Here now/ })).toBeHidden();
});

test('signing out makes a new guest in all tabs, and leaves no data', async ({ openAsGuest }) => {
  const { page, context } = await openAsGuest();
  await changeOwnName(page, 'Ada');
  await startDocument(page, 'Tide log');
  const path = documentPathOf(page);
  const id = path.slice('/d/'.length);
  await expect.poll(() => storedData(page)).toContain(id);
  const second = await context.newPage();
  await second.goto('/');
  await expect(profileOf(second)).toContainText('Ada');
  const profile = await openProfile(page);
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await expect(profile.getByText('Documents that only you own')).toBeVisible();
  await profile.getByRole('button', { name: 'Cancel' }).click();
  await expect(profile.getByText('Documents that only you own')).toBeHidden();
  await profile.getByRole('button', { name: 'Sign out' }).click();
  await profile.getByRole('button', { name: 'Sign out' }).click();
  for (const tab of [page, second]) {
    await expect(
      tab.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' }),
    ).toHaveCount(1);
    await expect(tab.getByText('Tide log')).toHaveCount(0);
    await expect(profileOf(tab)).toHaveText(/\w+ \w+/);
    await expect(profileOf(tab)).not.toContainText('Ada');
  }
  expect(await profileOf(page).textContent()).toBe(await profileOf(second).textContent());
  expect(await storedData(page)).not.toContain(id);
  await page.goto(path);
  await expect(titleOf(page)).toHaveValue('Tide log');
});

test.describe('what is not there', () => {
  test.use({ allowedErrors: [/status of 404/] });

  test('a missing document says so, and links to the list', async ({ openAsGuest }) => {
    const { page } = await openAsGuest(`/d/${'x'.repeat(24)}`);
    await expect(page.getByRole('heading', { name: 'You need access' })).toBeVisible();
    await expect(saveStatusOf(page)).toHaveCount(0);
    await page.getByRole('main').getByRole('link', { name: 'All documents' }).click();
    await expect(page.getByRole('heading', { name: 'Documents', level: 1 })).toBeVisible();
  });

  test('a missing page says so, and links to the list', async ({ openAsGuest }) => {
    const { page } = await openAsGuest('/no/such/page');
    await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
    await expect(saveStatusOf(page)).toHaveCount(0);
    await page.getByRole('main').getByRole('link', { name: 'All documents' }).click();
    await expect(page.getByRole('heading', { name: 'Documents', level: 1 })).toBeVisible();
  });
});

test('keys alone create a document and leave its title', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await expect(saveStatusOf(page)).toHaveText('Saved');
  await page.keyboard.press('Alt+n');
  await expect(titleOf(page)).toBeFocused();
  await page.keyboard.type('By keys');
  await expect(textOf(page)).toBeEditable();
  await page.keyboard.press('ArrowDown');
  await expect(textOf(page)).toBeFocused();
  await page.keyboard.press('ControlOrMeta+/');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  expect(documentPathOf(page)).toMatch(/^\/d\/[\w-]{20,}$/);
});

function storedData(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answerOf = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error ?? new Error('unreadable')));
      });
    const kept: unknown[] = [Object.entries(localStorage)];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await answerOf(indexedDB.open(name));
      for (const storeName of database.objectStoreNames) {
        const store = database.transaction(storeName).objectStore(storeName);
        kept.push(await Promise.all([answerOf(store.getAllKeys()), answerOf(store.getAll())]));
      }
      database.close();
    }
    return JSON.stringify(kept);
  });
}

test('a long list is drawn in part, continues on scrolling, and is searched as a whole', async ({
  openAsGuest,
}) => {
  test.setTimeout(120_000);
  const first = await openAsGuest();
  await expectSaved(first.page);
  const headers = { origin: new URL(first.page.url()).origin };
  for (let number = 1; number <= 110; number++) {
    const id = `document-of-a-long-list-${number}`;
    const title = number === 3 ? '第三 Ébauche' : `Reading ${number}`;
    const answer = await first.page.request.post('/api/documents', {
      data: { id, title },
      headers,
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  // A device without a stored list.
  const { page } = await openAsGuest('/', { storageState: await first.context.storageState() });
  const rows = page.getByRole('main').getByRole('listitem');
  await expect(rows.filter({ hasText: 'Reading 110' })).toBeVisible();
  expect(await rows.count()).toBeLessThan(60);
  await expect(rows.first()).toHaveAttribute('aria-posinset', '1');

  const filter = page.getByRole('searchbox');
  await filter.fill('第三 EBAU');
  await expect(page.getByRole('link', { name: '第三 Ébauche' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: '1 document' })).toBeAttached();
  await filter.fill('');
  const last = rows.filter({ hasText: 'Welcome to Tandem' });
  await expect(async () => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await expect(last).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(last).toHaveAttribute('aria-posinset', '111');
  await expect(last).toHaveAttribute('aria-setsize', '111');
});

test('a file dropped outside of the text changes nothing and shows a notice', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  const drop = async (target: Locator) => {
    const isTaken = await target.evaluate((element) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['low tide'], 'tide.txt', { type: 'text/plain' }));
      const about = { dataTransfer, bubbles: true, cancelable: true };
      const over = new DragEvent('dragover', about);
      const dropped = new DragEvent('drop', about);
      element.dispatchEvent(over);
      element.dispatchEvent(dropped);
      return over.defaultPrevented && dropped.defaultPrevented;
    });
    expect(isTaken).toBe(true);
    await expect(page.getByText('Files cannot be dropped here').last()).toBeVisible();
  };
  await drop(page.getByRole('banner'));
  await startDocument(page, 'Tide log');
  await drop(titleOf(page));
  await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
  await drop(page.getByRole('textbox', { name: 'Message everyone here' }));
  await expect(titleOf(page)).toHaveValue('Tide log');
});
