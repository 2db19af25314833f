/**
 * Two people in one document, each behind a network of their own that can be held still or slowed, and
 * readers who open the document later. Made for many documents one after the other: opening a browser
 * context for each costs more than what is tested in it.
 */

import { ulid } from 'ulid';
import { expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { outlineOf } from './blocks.ts';
import { Proxy } from './proxy.ts';
import { chipOf, documentOf, expectSaved, textOf } from './screens.ts';
import type { Server } from './server.ts';

/** Playwright's own pauses between two looks grow to a second. */
export const SOON = { intervals: [20], timeout: 5_000 };

export interface Writer {
  readonly page: Page;
  readonly network: Proxy;
}

export interface WriterPairOptions {
  /** Told of each browser context, before its first page. */
  readonly onContext?: (context: BrowserContext) => void;
}

export class WriterPair implements AsyncDisposable {
  readonly ada: Writer;
  readonly ben: Writer;
  readonly #reader: Page;

  private constructor(ada: Writer, ben: Writer, reader: Page) {
    this.ada = ada;
    this.ben = ben;
    this.#reader = reader;
  }

  static async create(
    browser: Browser,
    server: Server,
    { onContext = () => undefined }: WriterPairOptions = {},
  ): Promise<WriterPair> {
    const pageAt = async (baseURL: string): Promise<Page> => {
      const context = await browser.newContext({ baseURL });
      onContext(context);
      const page = await context.newPage();
      await page.goto('/');
      await expectSaved(page);
      return page;
    };
    const writer = async (): Promise<Writer> => {
      const network = await Proxy.create(server.port);
      return { page: await pageAt(network.url), network };
    };
    return new WriterPair(await writer(), await writer(), await pageAt(server.url));
  }

  /** A new document with these lines, which may begin with signs of Markdown; both see it, and nothing is on its way. */
  async startDocument(lines: readonly string[]): Promise<void> {
    const { ada, ben } = this;
    const path = `/d/${await createDocument(ada.page)}`;
    for (const { page } of [ada, ben]) await goTo(page, path);
    for (const { page } of [ada, ben]) await expect(textOf(page)).toBeEditable();
    await textOf(ada.page).click();
    await this.#write(lines);
  }

  /** Begins again in the same document, with these lines in the place of all that is there. */
  async replaceText(lines: readonly string[]): Promise<void> {
    await this.settle();
    await textOf(this.ada.page).focus();
    // In code, the first one selects the code.
    for (const key of ['ControlOrMeta+a', 'ControlOrMeta+a', 'Backspace'])
      await this.ada.page.keyboard.press(key);
    await this.#write(lines);
  }

  /** Waits until all that was written is saved and both see the same. */
  async settle(): Promise<void> {
    const pages = [this.ada.page, this.ben.page];
    await expect(async () => {
      for (const page of pages) {
        expect(await chipOf(page).getAttribute('data-connection')).toBe('saved');
      }
      const [one, other] = await Promise.all(pages.map(outlineOf));
      expect(one).toEqual(other);
    }).toPass(SOON);
  }

  /** From here on neither hears of what the other does. */
  hold(): void {
    this.ada.network.mode = 'silent';
    this.ben.network.mode = 'silent';
  }

  release(): void {
    this.ada.network.mode = 'open';
    this.ben.network.mode = 'open';
  }

  /** Opens the document for somebody who has not been in it. */
  async openAfresh(): Promise<Page> {
    await goTo(this.#reader, documentOf(this.ada.page));
    await expect(textOf(this.#reader)).toBeVisible();
    return this.#reader;
  }

  async #write(lines: readonly string[]): Promise<void> {
    const { page } = this.ada;
    for (const [index, line] of lines.entries()) {
      if (index > 0) await page.keyboard.press('Enter');
      await writeLine(page, line);
    }
    await this.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.context().close();
    for (const { page, network } of [this.ada, this.ben]) {
      await page.context().close();
      await network[Symbol.asyncDispose]();
    }
  }
}

/** By the API: quicker, where making a document is not what is tested. */
async function createDocument(page: Page): Promise<string> {
  const headers = { origin: new URL(page.url()).origin };
  const data = { id: ulid(), title: 'Pair' };
  const answer = await page.request.post('/api/documents', { data, headers });
  expect(answer.ok(), await answer.text()).toBe(true);
  return data.id;
}

/** Goes there as a link in the page does, without loading the page again. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, '', to), path);
  await page.waitForURL(`**${path}`);
}

/** Types the signs that make a block what it is; the words come at once. */
async function writeLine(page: Page, line: string): Promise<void> {
  const [, signs = '', words = ''] = /^([^\p{L}]* )?(.*)$/u.exec(line) ?? [];
  await page.keyboard.type(signs);
  await page.keyboard.insertText(words);
}
