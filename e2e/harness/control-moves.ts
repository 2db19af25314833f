/** Which controls of a page moved after they had appeared: a click that begins before the move is lost. */

import type { BrowserContext, Page } from '@playwright/test';

interface Recorded {
  controlMoves?: string[];
}

/** Call before the page is opened. Items of lists may move, because other people add and remove them. */
export async function recordControlMoves(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const moves: string[] = ((globalThis as Recorded).controlMoves = []);
    const places = new WeakMap<Element, { x: number; y: number }>();
    const look = () => {
      for (const control of document.querySelectorAll(
        'nav button, nav a, header button, header a',
      )) {
        if (!control.checkVisibility() || control.closest('li, [role=tree]') !== null) continue;
        const { x, y } = control.getBoundingClientRect();
        const before = places.get(control);
        places.set(control, { x, y });
        if (before === undefined || Math.hypot(x - before.x, y - before.y) < 2) continue;
        const name = control.getAttribute('aria-label') ?? control.textContent;
        moves.push(`${name}: from ${before.x},${before.y} to ${x},${y}`);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

export function controlMoves(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as Recorded).controlMoves ?? ['nothing was recorded']);
}
