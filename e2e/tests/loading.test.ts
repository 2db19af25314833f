/** A page that loads slowly can be used from its first moment. */

import { setTimeout as wait } from 'node:timers/promises';
import type { BrowserContext } from '@playwright/test';
import { controlMoves, recordControlMoves } from '../harness/control-moves.ts';
import {
  documentPathOf,
  expectSaved,
  profileOf,
  startDocument,
  textOf,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

/** Long enough that each part of the page is seen before the next arrives. */
const STEP_MS = 400;

/** Scripts come one after the other, and the connection's first message last. */
async function slowDown(context: BrowserContext): Promise<void> {
  await recordControlMoves(context);
  let scripts = 0;
  await context.route('**/assets/*.js', async (route) => {
    await wait(Math.min(STEP_MS, 20 * scripts++));
    await route.fallback();
  });
  await context.routeWebSocket(/.*/, (client) => {
    const server = client.connectToServer();
    const opened = wait(3 * STEP_MS);
    server.onMessage((message) => void opened.then(() => client.send(message)));
  });
}

for (const [device, options] of [
  ['desktop', {}],
  ['phone', phone],
] as const)
  test(`no control moves while the page loads: ${device}`, async ({ openAsGuest }) => {
    const { context, page } = await openAsGuest('/help/wire', options);
    await slowDown(context);
    await page.goto('/');
    await expectSaved(page);
    await wait(STEP_MS);
    expect(await controlMoves(page), 'on a first visit').toEqual([]);

    await startDocument(page, 'Tide log');
    await page.goto(documentPathOf(page));
    await expect(textOf(page)).toBeEditable();
    await expectSaved(page);
    await wait(STEP_MS);
    expect(await controlMoves(page), 'with a document').toEqual([]);
  });

test('the profile opens while the list of documents is on its way', async ({ openAsGuest }) => {
  const { context, page } = await openAsGuest('/help/wire');
  await slowDown(context);
  await page.goto('/');
  await profileOf(page).click();
  await expect(page.getByRole('dialog', { name: 'You' })).toBeVisible();
  await expectSaved(page);
  await expect(page.getByRole('dialog', { name: 'You' })).toBeVisible();
});
