/** Files in documents: adding them, and the blocks that show them. */

import { expect, type Locator, type Page } from '@playwright/test';
import { chooseBlock, waitForTwoFrames } from './gestures.ts';
import { saveStatusOf } from './screens.ts';

/** The text alone, without the fields of its images. */
export function pageTextOf(page: Page): Locator {
  return page.locator('.page-text');
}

export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** By the menu at the caret. */
export async function chooseFiles(
  page: Page,
  item: 'image' | 'file',
  files: readonly ChosenFile[],
): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await chooseBlock(page, item);
  await (await chooser).setFiles([...files]);
}

/** One image, which is in the text afterwards: without it, nothing is seen of an upload that has not begun. */
export async function chooseImage(page: Page, image: ChosenFile): Promise<void> {
  const count = await imagesOf(page).count();
  await chooseFiles(page, 'image', [image]);
  await expect(imagesOf(page)).toHaveCount(count + 1);
}

export async function transferFile(
  page: Page,
  way: 'paste' | 'drop',
  { name, mimeType, buffer }: ChosenFile,
): Promise<void> {
  const content = { name, mimeType, base64: buffer.toString('base64'), way };
  await pageTextOf(page).evaluate((element, file) => {
    const bytes = Uint8Array.from(atob(file.base64), (sign) => sign.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], file.name, { type: file.mimeType }));
    const { bottom, left } = element.getBoundingClientRect();
    const event = { bubbles: true, cancelable: true, clientX: left + 20, clientY: bottom - 10 };
    element.dispatchEvent(
      file.way === 'paste'
        ? new ClipboardEvent('paste', { ...event, clipboardData: data })
        : new DragEvent('drop', { ...event, dataTransfer: data }),
    );
  }, content);
}

export function imagesOf(page: Page): Locator {
  return pageTextOf(page).locator('.file-frame img');
}

export function cardsOf(page: Page): Locator {
  return pageTextOf(page).locator('.file-card');
}

/** How many entries a store of this device has; none where there is no such database. */
export function countStored(page: Page, name: string, storeName: string): Promise<number> {
  return page.evaluate(
    ([database, store]) =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open(database);
        // This does not make one.
        opening.addEventListener('upgradeneeded', () => opening.transaction?.abort());
        opening.addEventListener('error', () => resolve(0));
        opening.addEventListener('success', () => {
          const counting = opening.result.transaction(store).objectStore(store).count();
          counting.addEventListener('success', () => {
            opening.result.close();
            resolve(counting.result);
          });
        });
      }),
    [name, storeName] as const,
  );
}

/** Without a network: this device has stored the text, and so many files that wait. */
export async function expectStored(page: Page, uploads: number): Promise<void> {
  // An edit is collected until the next frame.
  await waitForTwoFrames(page);
  await expect(saveStatusOf(page)).toHaveAttribute('data-connection', 'offline');
  await expect.poll(() => countStored(page, 'tandem-uploads', 'upload')).toBe(uploads);
}

/** Decoded, not merely there. */
export async function expectShown(image: Locator): Promise<void> {
  await expect
    .poll(() => image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0))
    .toBe(true);
}

export async function addressOf(page: Page, name: string): Promise<string> {
  const link = pageTextOf(page).getByRole('link', { name: `Download ${name}` });
  return (await link.getAttribute('href')) ?? '';
}
