/**
 * Nothing is cut off at 320 px (WCAG 1.4.10: 400 % of 1280 px) and at 200 % zoom of a small laptop.
 * Zoom is simulated by a smaller viewport.
 */

import type { Page } from '@playwright/test';
import { documentPathOf, paste, startDocument, openSharedDocument } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

const SIZES = {
  '320 px wide': { viewport: { width: 320, height: 568 } },
  'at 200 %': { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 },
} as const;

const TEXT = `## Nebelwarnungsanlagenprüfungsprotokollführerin

Read https://example.org/a/very/long/address/that/has/no/place/to/break/at/all?tide=low first.

- [x] a task whose text is longer than the line is wide, even when nothing else is in it

\`\`\`
a line of code that is longer than any small screen is wide, and scrolls by itself
\`\`\`
`;

function cutOffElements(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} of ${clientWidth} wide`);
    const scrolls = (element: Element | null): boolean => {
      if (element === null) return false;
      const isScroller = /auto|scroll/.test(getComputedStyle(element).overflowX);
      return (isScroller && element !== document.body) || scrolls(element.parentElement);
    };
    const controls = 'button, a, input, select, textarea, h1, h2, h3, p, [role=textbox] > *';
    for (const element of document.querySelectorAll(controls)) {
      const isSeen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
      if (!isSeen || width <= 1 || height <= 1 || bottom <= 0 || top < -height) continue;
      if (element.closest('.sr-only, [aria-hidden=true], [inert]') !== null) continue;
      if ((left >= -1 && right <= clientWidth + 1) || scrolls(element.parentElement)) continue;
      const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
      found.push(`${element.tagName} “${name.slice(0, 40)}” from ${left} to ${right}`);
    }
    return found;
  });
}

function overlappingControls(page: Page): Promise<string[]> {
  return page.getByRole('banner').evaluate((banner) => {
    const buttons = [...banner.querySelectorAll('button')].filter((one) => one.checkVisibility());
    const boxes = buttons.map((button) => {
      const words = new Range();
      words.selectNodeContents(button);
      const boxesOf = [button.getBoundingClientRect(), words.getBoundingClientRect()];
      return {
        name: button.getAttribute('aria-label') ?? button.textContent ?? '',
        left: Math.min(...boxesOf.map(({ left }) => left)),
        right: Math.max(...boxesOf.map(({ right }) => right)),
      };
    });
    const inOrder = boxes.toSorted((a, b) => a.left - b.left);
    return inOrder.flatMap((one, index) => {
      const next = inOrder[index + 1];
      return next !== undefined && next.left < one.right - 1 ? [`${one.name}, ${next.name}`] : [];
    });
  });
}

async function expectReachable(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name });
  await expect(dialog).toBeVisible();
  await expect
    .poll(() =>
      dialog.evaluate((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
      }),
    )
    .toBe(true);
}

async function takeScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: test.info().outputPath(`${name}.png`) });
}

for (const [name, options] of Object.entries(SIZES)) {
  test(`document, chat and sharing, ${name}`, async ({ openAsGuest }) => {
    const [ada] = await openSharedDocument(openAsGuest, ['Ada', 'Bartholomew the Elder']);
    await paste(ada, TEXT);
    const { page } = await openAsGuest(documentPathOf(ada), options);
    await expect(page.locator('.page-text pre')).toBeVisible();
    await takeScreenshot(page, 'document');
    await expect.poll(() => overlappingControls(page)).toEqual([]);
    await expect.poll(() => cutOffElements(page)).toEqual([]);
    await page.getByRole('banner').getByRole('button', { name: 'Share' }).click();
    await expectReachable(page, 'Share');
    await takeScreenshot(page, 'share');
    await expect.poll(() => cutOffElements(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('banner').getByRole('button', { name: 'Chat' }).click();
    const words = 'Nebelwarnungsanlagenprüfungsprotokollführerin https://example.org/tides';
    await page.getByRole('textbox', { name: /Message/ }).fill(words);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.getByText('Nebelwarnungsanlagen').last()).toBeVisible();
    await takeScreenshot(page, 'chat');
    await expect.poll(() => cutOffElements(page)).toEqual([]);
  });

  test(`list, its navigation and the save status, ${name}`, async ({ openAsGuest }) => {
    const { page, context } = await openAsGuest('/', options);
    await startDocument(page, 'Nebelwarnungsanlagenprüfungsprotokollführerin und ihr Tidebuch');
    await page.goto('/');
    await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
    await takeScreenshot(page, 'list');
    await expect.poll(() => overlappingControls(page)).toEqual([]);
    await expect.poll(() => cutOffElements(page)).toEqual([]);
    await page.getByRole('button', { name: /^Saved/ }).click();
    await expectReachable(page, 'Connection');
    await takeScreenshot(page, 'save-status');
    await expect.poll(() => cutOffElements(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open the list of documents' }).click();
    await expectReachable(page, 'Documents');
    await takeScreenshot(page, 'navigation');
    await expect.poll(() => cutOffElements(page)).toEqual([]);
    await context.close();
  });
}
