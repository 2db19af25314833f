/** The harness fails a test whose page reports errors. */

import type { Page } from '@playwright/test';
import { accessibilityViolations } from '../harness/accessibility.ts';
import { expect, test } from '../harness/test.ts';

const CONSOLE_ERROR = `console.error('it broke')`;
const EXCEPTION = `setTimeout(() => { throw new Error('it broke') })`;
const REJECTION = `void Promise.reject(new Error('it broke'))`;

async function run(page: Page, script: string): Promise<void> {
  await page.setContent(
    '<!doctype html><html lang="en"><title>t</title><main><h1>Page</h1></main>',
  );
  await page.addScriptTag({ content: script });
  await page.addScriptTag({ content: `setTimeout(() => { document.title = 'done' }, 20)` });
  await expect(page).toHaveTitle('done');
}

test.describe('errors of a page', () => {
  for (const script of [CONSOLE_ERROR, EXCEPTION, REJECTION]) {
    test(`are seen: ${script}`, async ({ browser, pageErrors }) => {
      await using context = await browser.newContext();
      pageErrors.watch(context);
      await run(await context.newPage(), script);
      expect(pageErrors.unexpected).toEqual([expect.stringContaining('it broke')]);
      pageErrors.allow(/it broke/);
      expect(pageErrors.unexpected).toEqual([]);
    });
  }

  test('fail a test that does not expect them', async ({ browser, pageErrors }) => {
    test.fail();
    await using context = await browser.newContext();
    pageErrors.watch(context);
    await run(await context.newPage(), CONSOLE_ERROR);
  });

  test.describe('may be expected by a group', () => {
    test.use({ allowedErrors: [/it broke/] });

    test('and then do not fail it', async ({ browser, pageErrors }) => {
      await using context = await browser.newContext();
      pageErrors.watch(context);
      await run(await context.newPage(), EXCEPTION);
    });
  });
});

test('accessibility violations are found', async ({ browser }) => {
  await using context = await browser.newContext();
  const page = await context.newPage();
  await run(page, '0');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.locator('main').evaluate((main) => main.append(document.createElement('button')));
  expect(await accessibilityViolations(page)).toEqual([
    expect.stringMatching(/^button-name: .* at button$/),
  ]);
});
