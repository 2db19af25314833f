import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export async function accessibilityViolations(
  page: Page,
  rules?: readonly string[],
): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (rules !== undefined) axe.withRules([...rules]);
  // A menu floats over the page, outside of the landmarks that must contain all other content.
  else if (await page.getByRole('menu').isVisible()) axe.disableRules('region');
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} at ${target.join(' ')}`),
  );
}

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
