/**
 * An hour of edits in three documents by two people, one of whom is offline, reloads the page and restarts the browser
 * in between: everything is there once, in order, and equal on both sides. The hour is replayed without its pauses.
 */

import type { BrowserContext, Page } from '@playwright/test';
import {
  blockElementsOf,
  documentPathOf,
  expectInstalled,
  expectSaved,
  linesOf,
  NETWORK_ERRORS,
  saveStatusOf,
  startDocument,
  textOf,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

/** A person who writes does something about six times a minute. */
const EDITS = 360;
const PARTS = 3;
const OFFLINE = 'Offline: kept on this device';

type Writer = 'ada' | 'ben';

/** Writes words that exist once, corrects every fifth, and starts a line after every twelfth. */
class Lines {
  readonly #writer: Writer;
  readonly #document: string;
  #edits = 0;
  readonly lines: string[];

  constructor(writer: Writer, document: string) {
    this.#writer = writer;
    this.#document = document;
    this.lines = [writer];
  }

  async write(page: Page, edits: number): Promise<void> {
    await blockElementsOf(page).getByText(this.lines.at(-1)!, { exact: true }).click();
    await page.keyboard.press('End');
    for (let edit = 0; edit < edits; edit++) {
      this.#edits++;
      const word = ` ${this.#document}${this.#edits}`;
      if (this.#edits % 5 === 0) {
        await page.keyboard.type(' no');
        for (let key = 0; key < 3; key++) await page.keyboard.press('Backspace');
      }
      if (this.#edits % 12 === 0) {
        await page.keyboard.press('Enter');
        await page.keyboard.type(`${this.#writer}${word}`);
        this.lines.push(`${this.#writer}${word}`);
      } else {
        await page.keyboard.type(word);
        this.lines[this.lines.length - 1] += word;
      }
    }
  }
}

async function openFromSidebar(page: Page, path: string, title: string): Promise<void> {
  await page.getByRole('navigation').locator(`a[href="${path}"]`).click();
  await expect(titleOf(page)).toHaveValue(title);
  await expect(textOf(page)).toBeEditable();
}

async function rename(page: Page, title: string): Promise<void> {
  await titleOf(page).fill(title);
  await expect(page.getByRole('navigation').getByRole('link', { name: title })).toBeVisible();
}

async function say(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message everyone here' });
  if (!(await field.isVisible()))
    await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
  await field.fill(text);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log').getByRole('listitem').filter({ hasText: text })).toBeVisible();
}

async function messagesOf(page: Page): Promise<string[]> {
  const all = await page.getByRole('log').getByRole('listitem').allInnerTexts();
  return all.flatMap((text) => /\b(ada|ben) says \d+/u.exec(text)?.[0] ?? []);
}

test('an hour offline in three documents, with a reload and a restart, arrives once and in order', async ({
  openAsGuest,
  playwright,
  server,
  pageErrors,
  launchOptions,
}, testInfo) => {
  test.setTimeout(180_000);
  const open = async (): Promise<{ readonly context: BrowserContext; readonly page: Page }> => {
    const context = await playwright.chromium.launchPersistentContext(
      testInfo.outputPath('profile'),
      { ...launchOptions, baseURL: server.url, viewport: { width: 1280, height: 720 } },
    );
    pageErrors.watch(context);
    return { context, page: context.pages()[0] ?? (await context.newPage()) };
  };

  let { context, page: ada } = await open();
  const paths: string[] = [];
  for (const title of ['Harbour', 'Weather']) {
    await ada.goto('/');
    await startDocument(ada, title);
    await ada.keyboard.type('ada');
    await ada.keyboard.press('Enter');
    await ada.keyboard.type('ben');
    await expectSaved(ada);
    paths.push(documentPathOf(ada));
  }
  const [harbour = '', weather = ''] = paths;
  const { page: ben } = await openAsGuest(harbour, { serviceWorkers: 'block' });
  await expect.poll(() => linesOf(ben)).toEqual(['ada', 'ben']);
  await ben.goto(weather);
  await expect.poll(() => linesOf(ben)).toEqual(['ada', 'ben']);

  const written = {
    ada: { h: new Lines('ada', 'h'), w: new Lines('ada', 'w'), n: new Lines('ada', 'n') },
    ben: { h: new Lines('ben', 'h'), w: new Lines('ben', 'w') },
  };
  const share = Math.ceil(EDITS / PARTS / 3);
  await expectInstalled(ada);
  await context.setOffline(true);
  await expect(saveStatusOf(ada)).toHaveText(OFFLINE);

  let made = '';
  const said: string[] = [];
  const titles = { h: 'Harbour', w: 'Weather', n: 'Made at sea' };
  const adaWrites = async (part: number): Promise<void> => {
    await openFromSidebar(ada, harbour, titles.h);
    await written.ada.h.write(ada, share);
    await say(ada, `ada says ${part}`);
    said.push(`ada says ${part}`);
    await openFromSidebar(ada, weather, titles.w);
    await written.ada.w.write(ada, share);
    await rename(ada, (titles.w = `Weather ${part}`));
    if (part === 0) {
      await ada.keyboard.press('Alt+n');
      await ada.keyboard.type(titles.n);
      await ada.keyboard.press('Enter');
      await ada.keyboard.type('ada');
      made = documentPathOf(ada);
    } else {
      await openFromSidebar(ada, made, titles.n);
    }
    await written.ada.n.write(ada, share);
    await rename(ada, (titles.n = `Made at sea ${part}`));
  };
  const benWrites = async (): Promise<void> => {
    await openFromSidebar(ben, harbour, 'Harbour');
    await written.ben.h.write(ben, Math.ceil((share * 3) / 2));
    await openFromSidebar(ben, weather, 'Weather');
    await written.ben.w.write(ben, Math.ceil((share * 3) / 2));
  };

  await Promise.all([adaWrites(0), benWrites()]);
  ada.once('dialog', (dialog) => void dialog.accept());
  await ada.reload();
  await expect(saveStatusOf(ada)).toHaveText(OFFLINE);
  await Promise.all([adaWrites(1), benWrites()]);
  await context.close();
  ({ context, page: ada } = await open());
  await context.setOffline(true);
  await ada.goto('/');
  await expect(saveStatusOf(ada)).toHaveText(OFFLINE);
  await Promise.all([adaWrites(2), benWrites()]);

  await context.setOffline(false);
  await expectSaved(ada);
  await expectSaved(ben);
  const { lines: adaH } = written.ada.h;
  const expected = {
    [harbour]: [...adaH, ...written.ben.h.lines],
    [weather]: [...written.ada.w.lines, ...written.ben.w.lines],
    [made]: written.ada.n.lines,
  };
  const endTitles = { [harbour]: titles.h, [weather]: titles.w, [made]: titles.n };
  for (const page of [ada, ben])
    for (const [path, lines] of Object.entries(expected)) {
      await page.goto(path);
      await expect.poll(() => linesOf(page)).toEqual(lines);
      await expect(titleOf(page)).toHaveValue(endTitles[path]!);
      await expectSaved(page);
    }
  for (const page of [ada, ben]) {
    await page.goto(harbour);
    const chat = page.getByRole('banner').getByRole('button', { name: /^Chat/ });
    if ((await chat.getAttribute('aria-expanded')) === 'false') await chat.click();
    await expect.poll(() => messagesOf(page)).toEqual(said);
  }
  await saveStatusOf(ada).click();
  await expect(ada.getByRole('dialog', { name: 'Connection' })).toContainText(
    'Everything is saved',
  );
  await context.close();
});
