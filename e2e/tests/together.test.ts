/** Several people in one document. */

import { expect, test } from '../harness/test.ts';
import {
  chipOf,
  expectSaved,
  goToEnd,
  introduce,
  linesOf,
  peopleOf,
  startDocument,
  textOf,
  together,
} from '../harness/screens.ts';

const KEY_MS = 40;

test('the shared link opens the same document in another browser', async ({ arrive }) => {
  const { page: ada, context } = await arrive();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await startDocument(ada, 'Tide log');
  await ada.keyboard.type('High water at nine.');
  await ada.getByRole('button', { name: 'Share' }).click();
  await ada.getByRole('button', { name: 'Copy link' }).click();
  await expect(ada.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await ada.evaluate(() => navigator.clipboard.readText());
  await expect(ada.getByRole('textbox', { name: 'Link to this document' })).toHaveValue(link);

  const { page: ben } = await arrive(link);
  await expect(textOf(ben)).toHaveText('High water at nine.');
  await goToEnd(ben);
  await ben.keyboard.type(' Low at three.');
  await expect(textOf(ada)).toHaveText('High water at nine. Low at three.');
});

test('two write at once in paragraphs of their own', async ({ arrive }) => {
  const [ada, ben] = (await together(arrive, 2)) as [never, never];
  await write(ada, ben);

  async function write(a: import('@playwright/test').Page, b: import('@playwright/test').Page) {
    await a.keyboard.type('Ada: ');
    await a.keyboard.press('Enter');
    await a.keyboard.type('Ben: ');
    await expect.poll(() => linesOf(b)).toEqual(['Ada: ', 'Ben: ']);
    await a.keyboard.press('ArrowUp');
    await a.keyboard.press('End');
    await goToEnd(b);
    await Promise.all([
      a.keyboard.type('the north slip is dry', { delay: KEY_MS }),
      b.keyboard.type('and the south is not', { delay: KEY_MS }),
    ]);
    for (const page of [a, b]) {
      await expect
        .poll(() => linesOf(page))
        .toEqual(['Ada: the north slip is dry', 'Ben: and the south is not']);
    }
    await expectSaved(a, b);
  }
});
