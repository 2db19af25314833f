/** Print: the complete text, dark on light, without other elements. */

import type { Page } from '@playwright/test';
import {
  blockElementsOf,
  expectSaved,
  linesOf,
  paste,
  startDocument,
  textOf,
  titleOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

const PAGE_WITH_EVERYTHING = `# The pilot

Read the [tide table](https://example.org/tides) first.

- [x] charts
- [ ] lamp oil

---

> Slack water at nine.

\`\`\`ts
const depth = 4;
\`\`\`
`;

async function print(page: Page): Promise<void> {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
}

function contrastWithPaper(page: Page, selector: string, property: string, pseudo?: string) {
  return page
    .locator(selector)
    .first()
    .evaluate(
      (element, [name, part]) => {
        const canvas = document.createElement('canvas').getContext('2d')!;
        canvas.fillStyle = getComputedStyle(element, part).getPropertyValue(name);
        canvas.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(
          (value) => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          },
        );
        return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
      },
      [property, pseudo ?? null] as const,
    );
}

async function printedPages(page: Page): Promise<number> {
  const pdf = await page.pdf({ format: 'A4' });
  return pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
}

test('the dark theme prints dark text, checkmarks, dividers and underlined links', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest('/', { colorScheme: 'dark' });
  await startDocument(page, 'Tide log');
  await paste(page, PAGE_WITH_EVERYTHING);
  await expect(page.locator('.page-text hr')).toHaveCount(1);
  await expectSaved(page);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await print(page);
  await page.screenshot({ path: test.info().outputPath('paper.png') });
  const ink = [
    '.page-text [data-kind=heading1]',
    '.page-text .text-block',
    '.page-text a',
    '.page-text blockquote',
    '.page-text pre',
    '.page-text [data-checked] .block-text',
    'textarea',
  ];
  for (const selector of ink)
    expect(await contrastWithPaper(page, selector, 'color'), selector).toBeGreaterThan(4.5);
  // Printers omit backgrounds, so visible lines must be borders.
  const lines = [
    ['.page-text hr', 'border-top-color'],
    ['.page-text .task-box input:checked', 'border-top-color'],
    ['.page-text .task-box input:not(:checked)', 'border-top-color'],
  ] as const;
  for (const [selector, property] of lines)
    expect(await contrastWithPaper(page, selector, property), selector).toBeGreaterThan(3);
  const tick = await contrastWithPaper(
    page,
    '.page-text .task-box input:checked',
    'border-bottom-color',
    '::after',
  );
  expect(tick).toBeGreaterThan(4.5);
  await expect(page.locator('.page-text a')).toHaveCSS('text-decoration-line', 'underline');
});

test('controls, remote carets and floating elements do not print', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await ben.keyboard.type('low water at nine');
  await expect.poll(() => linesOf(ada)).toEqual(['low water at nine']);
  await expect(ada.locator('.person-label')).toHaveText('Ben');
  await ada.getByRole('button', { name: 'Chat' }).click();
  await ada.getByRole('button', { name: 'Share' }).click();
  await expect(ada.getByRole('dialog', { name: 'Share' })).toBeVisible();
  await print(ada);
  await expect(ada.locator('button:visible, select:visible, aside:visible')).toHaveCount(0);
  await expect(ada.getByRole('dialog', { name: 'Share' })).toBeHidden();
  await expect(ada.locator('.person-caret')).toBeHidden();
  await expect(textOf(ada)).toBeVisible();
  await expect(titleOf(ada)).toHaveValue('Tide log');
});

test('all sections of a long page print', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Tide log');
  await expect.poll(() => printedPages(page)).toBe(1);
  const lines = Array.from({ length: 600 }, (_, line) => `high water ${line}`);
  await paste(page, lines.join('\n'));
  await expect(blockElementsOf(page)).toHaveCount(lines.length);
  await expect(page.locator('.page-text > .section').first()).toBeAttached();
  await expectSaved(page);
  await print(page);
  const skipped = await blockElementsOf(page).evaluateAll(
    (blocks) =>
      blocks.filter((block) => !block.checkVisibility({ contentVisibilityAuto: true })).length,
  );
  expect(skipped).toBe(0);
  await page.emulateMedia({ media: null, colorScheme: null });
  const heights = await blockElementsOf(page).evaluateAll(
    (blocks) => blocks.length * blocks[0]!.getBoundingClientRect().height,
  );
  const A4_PX = 1_123;
  expect(await printedPages(page)).toBeGreaterThanOrEqual(Math.floor(heights / A4_PX));
});
