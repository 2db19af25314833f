/** Files that want to be more than files: FI2, FI3. No script of them runs, wherever the file is opened. */

import { randomBytes } from 'node:crypto';
import { filePath, storedFile, type StoredFile } from '@tandem/protocol';
import { newFileId } from '@tandem/protocol/file-secrets';
import type { Page, Request } from '@playwright/test';
import { chooseFiles, pageTextOf } from '../harness/files.ts';
import { HOSTILE_FILES, RAN, type HostileFile } from '../harness/hostile-files.ts';
import { documentPathOf, expectSaved, startDocument } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

// The browser says in the console what it does not do.
test.use({ allowedErrors: [/./] });
test.setTimeout(240_000);

/** Scripts begin within this time, or not at all. */
const SETTLE_MS = 400;

function watchScripts(page: Page): string[] {
  const ran: string[] = [];
  page.context().on('request', (request: Request) => {
    if (new URL(request.url()).pathname === RAN)
      ran.push(`${request.resourceType()} of ${request.frame().url()}`);
  });
  return ran;
}

async function upload(page: Page, document: string, file: HostileFile): Promise<StoredFile> {
  const { id, secret } = newFileId(Date.now(), randomBytes);
  const query = new URLSearchParams({ name: file.name, secret });
  const address = `${filePath(document, id)}?${query}`;
  const headers = { 'Content-Type': file.mimeType };
  const answer = await page.request.put(address, { data: file.buffer, headers });
  expect(answer.status(), file.what).toBe(200);
  return storedFile.parse(await answer.json());
}

test('no script of a hostile file runs, whether it is opened, framed, embedded or loaded', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  const ran = watchScripts(page);
  await startDocument(page, 'Hostile');
  await expectSaved(page);
  const document = documentPathOf(page).split('/').at(-1)!;

  for (const file of HOSTILE_FILES) {
    const { id, name, type } = await upload(page, document, file);
    const address = filePath(document, id);
    expect(name, file.what).not.toMatch(/[/\\\r\n\u202e]/);
    const { headers } = await page.request.get(address).then((answer) => ({
      headers: answer.headers(),
    }));
    expect(headers['set-cookie'], file.what).toBeUndefined();
    expect(headers['x-content-type-options'], file.what).toBe('nosniff');
    if (type === 'application/octet-stream')
      expect(headers['content-disposition'], file.what).toMatch(/^attachment/);

    // Opened: a download, or an image in a sandbox.
    await page.goto(address).catch(() => undefined);
    await page.waitForTimeout(SETTLE_MS);
    // In a page of the application, which is the one that scripts may come from.
    await page.goto('/help/wire');
    await page.evaluate(async (source) => {
      const add = (tag: string, attributes: Record<string, string>): void => {
        const element = window.document.createElement(tag);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        window.document.body.append(element);
      };
      add('img', { src: source });
      add('iframe', { src: source });
      add('object', { data: source });
      add('embed', { src: source });
      add('script', { src: source });
      add('script', { src: source, type: 'module' });
      add('link', { href: source, rel: 'stylesheet' });
      add('link', { href: source, rel: 'manifest' });
      add('video', { src: source, autoplay: '' });
      await import(/* @vite-ignore */ source).catch(() => undefined);
      try {
        new Worker(source);
      } catch {
        // Refused at once, or later without a word.
      }
      await navigator.serviceWorker?.register(source).catch(() => undefined);
    }, address);
    await page.waitForTimeout(SETTLE_MS);
    expect(ran, file.what).toEqual([]);
  }

  // The watch sees what it is there for.
  await page.evaluate((path) => void fetch(path), RAN);
  await expect.poll(() => ran.length).toBe(1);
});

test('a document shows hostile files as what they are, and goes on working', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  const ran = watchScripts(page);
  await startDocument(page, 'Hostile');
  await pageTextOf(page).click();
  const blocks = pageTextOf(page).locator('.file-block');
  let count = 0;
  for (const file of HOSTILE_FILES) {
    if (/[/\\]/.test(file.name)) continue;
    await chooseFiles(page, file.mimeType.startsWith('image/') ? 'image' : 'file', [file]);
    await expect(blocks).toHaveCount(++count);
    await expect(pageTextOf(page).locator('.file-upload')).toHaveCount(0);
  }
  await page.keyboard.type('still here');
  await expectSaved(page);
  // From the server now.
  await page.reload();
  await expect(pageTextOf(page)).toContainText('still here');
  for (let index = 0; index < (await blocks.count()); index++) {
    await blocks.nth(index).scrollIntoViewIfNeeded();
    await page.waitForTimeout(SETTLE_MS / 2);
  }
  // Some have pixels: a good image before a page, half of one, a picture that is a script.
  await expect.poll(() => pageTextOf(page).locator('[data-state=shown] img').count()).toBe(3);
  expect(ran).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('hostile.png'), fullPage: true });
});
