/** Images and files in documents. */

import type { Page } from '@playwright/test';
import { expectAccessible } from '../harness/accessibility.ts';
import {
  addressOf,
  cardsOf,
  chooseFiles,
  expectShown,
  expectStored,
  imagesOf,
  pageTextOf,
  transferFile,
} from '../harness/files.ts';
import { picture } from '../harness/pictures.ts';
import {
  expectInstalled,
  expectSaved,
  goToEnd,
  NETWORK_ERRORS,
  openSharedDocument,
  saveStatusOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

// An image of another person is asked for until it is there.
test.use({ allowedErrors: [/status of 4(03|04|13)/] });

const uploadOf = (page: Page) => pageTextOf(page).locator('.file-upload');

test('an image is chosen, pasted or dropped, and everybody sees it', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await pageTextOf(ada).click();
  await ada.keyboard.type('above');
  await ada.keyboard.press('Enter');
  await chooseFiles(ada, 'image', [picture('first.png', 320, 180)]);
  await expect(imagesOf(ada)).toHaveCount(1);
  await transferFile(ada, 'paste', picture('second.png', 200, 300));
  await expect(imagesOf(ada)).toHaveCount(2);
  await transferFile(ada, 'drop', picture('third.png', 64, 64));
  await expect(imagesOf(ada)).toHaveCount(3);
  await expect(uploadOf(ada)).toHaveCount(0);
  for (const page of [ada, ben]) {
    await expect(imagesOf(page)).toHaveCount(3);
    for (let index = 0; index < 3; index++) await expectShown(imagesOf(page).nth(index));
  }
  // Nothing is taken from this page's memory after a reload.
  await expectSaved(ada);
  await ada.reload();
  for (let index = 0; index < 3; index++) {
    const image = imagesOf(ada).nth(index);
    await image.scrollIntoViewIfNeeded();
    await expectShown(image);
    expect(await image.getAttribute('src')).toMatch(/^\/api\/documents\//);
  }
});

test('a person writes on while the code of uploads loads, and their image stands where it was chosen', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  let load = () => {};
  const loading = new Promise<void>((resolve) => (load = resolve));
  await ada.route('**/insert-files-*.js', async (route) => {
    await loading;
    await route.continue();
  });
  await pageTextOf(ada).click();
  await ada.keyboard.type('above');
  await ada.keyboard.press('Enter');
  await chooseFiles(ada, 'image', [picture('first.png', 320, 180)]);
  await goToEnd(ada);
  await ada.keyboard.press('Enter');
  await ada.keyboard.type('bel');
  load();
  await expectShown(imagesOf(ada).first());
  await ada.keyboard.type('ow');
  await expect(pageTextOf(ada).getByRole('paragraph')).toHaveText(['above', '', 'below']);
  const tops = await Promise.all(
    [pageTextOf(ada).getByText('above'), imagesOf(ada), pageTextOf(ada).getByText('below')].map(
      async (block) => (await block.boundingBox())?.y,
    ),
  );
  expect(tops).toEqual(tops.toSorted((one, other) => one! - other!));
});

test('an image has a caption, an alternative text and a width, by the keyboard as well', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await pageTextOf(ada).click();
  await chooseFiles(ada, 'image', [picture('quay.png', 1_600, 900)]);
  await expectShown(imagesOf(ada).first());
  // From the line below, the arrow selects the image; Tab leads to its controls.
  await ada.keyboard.press('ArrowUp');
  await ada.keyboard.press('Tab');
  await expect(ada.getByRole('button', { name: 'View larger' })).toBeFocused();
  const slider = ada.getByRole('slider', { name: 'Width of the image' });
  await slider.focus();
  const before = (await imagesOf(ada).first().boundingBox())!.width;
  for (let press = 0; press < 2; press++) await ada.keyboard.press('PageDown');
  await ada.keyboard.press('ArrowLeft');
  await expect
    .poll(async () => (await imagesOf(ada).first().boundingBox())!.width)
    .toBe(before - 208);
  await expect(slider).toHaveAttribute('aria-valuenow', String(before - 208));
  await ada.getByLabel('Caption').fill('High water');
  await ada.getByLabel('Alternative text').fill('Boats beside a quay');
  await ada.getByLabel('Alternative text').press('Enter');
  await expect(pageTextOf(ada)).toBeFocused();
  await ada.keyboard.type('below');
  await expect(pageTextOf(ben)).toContainText('below');
  await expect(pageTextOf(ben).getByRole('img', { name: 'Boats beside a quay' })).toBeVisible();
  await expect(pageTextOf(ben).getByLabel('Caption')).toHaveValue('High water');
  await expectShown(imagesOf(ben).first());
  expect((await imagesOf(ben).first().boundingBox())!.width).toBe(before - 208);

  await ada.getByRole('img', { name: 'Boats beside a quay' }).click();
  await expectAccessible(ada, 'an image with its controls');
  await ada.getByRole('img', { name: 'Boats beside a quay' }).dblclick();
  const enlarged = ada.getByRole('dialog', { name: 'Boats beside a quay' });
  await expect(enlarged).toBeVisible();
  await ada.keyboard.press('Escape');
  await expect(enlarged).toBeHidden();
});

test('a drag of an edge changes the width, and undo takes it back', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await pageTextOf(ada).click();
  await chooseFiles(ada, 'image', [picture('quay.png', 400, 300)]);
  await expectShown(imagesOf(ada).first());
  const box = (await imagesOf(ada).first().boundingBox())!;
  await ada.mouse.move(box.x + box.width - 4, box.y + box.height / 2);
  await ada.mouse.down();
  await ada.mouse.move(box.x + box.width - 54, box.y + box.height / 2, { steps: 5 });
  await ada.mouse.up();
  const width = async (): Promise<number> => (await imagesOf(ada).first().boundingBox())!.width;
  await expect.poll(width).toBe(300);
  await goToEnd(ada);
  await ada.keyboard.press('ControlOrMeta+z');
  await expect.poll(width).toBe(400);
});

test('a file is a card that everybody can download from', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await pageTextOf(ada).click();
  const buffer = Buffer.from('low water, high water');
  await chooseFiles(ada, 'file', [
    { name: 'Gezeiten 2026.pdf', mimeType: 'application/pdf', buffer },
  ]);
  await expect(cardsOf(ben)).toContainText('Gezeiten 2026.pdf');
  await expect(cardsOf(ben)).toContainText('PDF · 21 bytes');
  await expect(uploadOf(ada)).toHaveCount(0);
  const download = ben.waitForEvent('download');
  await ben.getByRole('link', { name: 'Download Gezeiten 2026.pdf' }).click();
  const stream = await (await download).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('low water, high water');
  expect((await download).suggestedFilename()).toBe('Gezeiten 2026.pdf');
});

test('Backspace below an image selects it first, and then deletes it', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await pageTextOf(ada).click();
  await ada.keyboard.type('above');
  await ada.keyboard.press('Enter');
  await chooseFiles(ada, 'image', [picture('quay.png', 100, 100)]);
  await expectShown(imagesOf(ada).first());
  await ada.keyboard.press('Backspace');
  await expect(pageTextOf(ada).locator('.file-block-selected')).toHaveCount(1);
  await ada.keyboard.press('Backspace');
  await expect(imagesOf(ada)).toHaveCount(0);
  await ada.keyboard.press('ControlOrMeta+z');
  await expectShown(imagesOf(ada).first());
});

test('an upload that is refused says why, and can be tried again or taken away', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await pageTextOf(ada).click();
  const error = { code: 'too-large', message: 'No room for this file.', temporary: false };
  let isFull = true;
  await ada.route('**/files/*?name=*', async (route) => {
    if (isFull) await route.fulfill({ status: 413, json: { error } });
    else await route.continue();
  });
  await chooseFiles(ada, 'file', [
    { name: 'first.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
    { name: 'second.txt', mimeType: 'text/plain', buffer: Buffer.from('two') },
  ]);
  await expect(uploadOf(ada).getByRole('alert')).toHaveText([
    'No room for this file.',
    'No room for this file.',
  ]);
  await uploadOf(ada).last().getByRole('button', { name: 'Remove' }).click();
  await expect(cardsOf(ada)).toHaveCount(1);
  isFull = false;
  await uploadOf(ada).getByRole('button', { name: 'Try again' }).click();
  await expect(uploadOf(ada)).toHaveCount(0);
  const answer = await ada.request.get(await addressOf(ada, 'first.txt'));
  expect(await answer.text()).toBe('one');
});

test('an upload shows how far it is, and a cancelled one takes its block away', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await pageTextOf(ada).click();
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 };
  const devtools = await ada.context().newCDPSession(ada);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', slow);
  const buffer = Buffer.alloc(2_000_000, 1);
  await chooseFiles(ada, 'file', [{ name: 'large.bin', mimeType: 'text/plain', buffer }]);
  const progress = uploadOf(ada).getByRole('progressbar');
  await expect.poll(async () => Number(await progress.getAttribute('value'))).toBeGreaterThan(0.02);
  await uploadOf(ada).getByRole('button', { name: 'Cancel' }).click();
  await expect(cardsOf(ada)).toHaveCount(0);
});

test.describe('offline', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

  test('an image that is added offline survives a reload, and arrives once the connection is back', async ({
    openAsGuest,
  }) => {
    const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
    await expectInstalled(ada);
    await pageTextOf(ada).click();
    await ada.context().setOffline(true);
    await expect(saveStatusOf(ada)).toHaveText('Offline: kept on this device');
    await chooseFiles(ada, 'image', [picture('offline.png', 300, 200)]);
    await expectShown(imagesOf(ada).first());
    await expect(uploadOf(ada)).toContainText('Waits to be uploaded');
    await expectStored(ada, 1);
    ada.once('dialog', (dialog) => void dialog.accept());
    await ada.reload();
    await expectShown(imagesOf(ada).first());
    await expect(uploadOf(ada)).toContainText('Waits to be uploaded');
    await ada.context().setOffline(false);
    await expect(uploadOf(ada)).toHaveCount(0, { timeout: 30_000 });
    await expectShown(imagesOf(ben).first());
    expect(await imagesOf(ben).first().getAttribute('src')).toMatch(/^\/api\//);
  });
});
