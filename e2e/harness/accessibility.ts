import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/**
 * What axe holds against the page as it is now: a line for each rule and element. Empty is good.
 * `rules`: only these.
 */
export async function accessibilityViolations(
  page: Page,
  rules?: readonly string[],
): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (rules !== undefined) axe.withRules([...rules]);
  // A menu floats over the page, outside of the landmarks that all other content must be in.
  else if (await page.getByRole('menu').isVisible()) axe.disableRules('region');
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} at ${target.join(' ')}`),
  );
}

/** The same in both themes: everything in the light one, and in the dark one what colours decide. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  for (const [colorScheme, rules] of [
    ['light', undefined],
    ['dark', ['color-contrast']],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    expect(await accessibilityViolations(page, rules), `${screen}, ${colorScheme}`).toEqual([]);
  }
}
