/**
 * Two people in one document, each behind a network that can be paused or slowed, and a reader who
 * opens the document later. The pair is reused for many documents, because opening browser contexts
 * costs more than most tests.
 */

import { ulid } from 'ulid';
import { expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { outlineOf } from './blocks.ts';
import { Proxy } from './proxy.ts';
import { saveStatusOf, documentPathOf, expectSaved, textOf } from './screens.ts';
import type { Server } from './server.ts';

/** Playwright's default polling intervals grow to a second. */
export const FAST_POLLING = { intervals: [20], timeout: 20_000 };

export interface Writer {
  readonly page: Page;
  readonly network: Proxy;
}

export interface WriterPairOptions {
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

  async startDocument(lines: readonly string[]): Promise<void> {
    const { ada, ben } = this;
    const path = `/d/${await createDocument(ada.page)}`;
    for (const { page } of [ada, ben]) await navigateTo(page, path);
    for (const { page } of [ada, ben]) await expect(textOf(page)).toBeEditable();
    await textOf(ada.page).click();
    await this.#write(lines);
  }

  async replaceText(lines: readonly string[]): Promise<void> {
    await this.settle();
    await textOf(this.ada.page).focus();
    // In code, the first Ctrl+A selects only the code.
    for (const key of ['ControlOrMeta+a', 'ControlOrMeta+a', 'Backspace'])
      await this.ada.page.keyboard.press(key);
    await this.#write(lines);
  }

  async settle(): Promise<void> {
    const pages = [this.ada.page, this.ben.page];
    await expect(async () => {
      for (const page of pages) {
        expect(await saveStatusOf(page).getAttribute('data-connection')).toBe('saved');
      }
      const [one, other] = await Promise.all(pages.map(outlineOf));
      expect(one).toEqual(other);
    }).toPass(FAST_POLLING);
  }

  pauseNetworks(): void {
    this.ada.network.mode = 'silent';
    this.ben.network.mode = 'silent';
  }

  resumeNetworks(): void {
    this.ada.network.mode = 'open';
    this.ben.network.mode = 'open';
  }

  async openAsReader(): Promise<Page> {
    await navigateTo(this.#reader, documentPathOf(this.ada.page));
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

async function createDocument(page: Page): Promise<string> {
  const headers = { origin: new URL(page.url()).origin };
  const data = { id: ulid(), title: 'Pair' };
  const answer = await page.request.post('/api/documents', { data, headers });
  expect(answer.ok(), await answer.text()).toBe(true);
  return data.id;
}

async function navigateTo(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    // As the browser does when a person goes back or forward.
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await page.waitForURL(`**${path}`);
}

async function writeLine(page: Page, line: string): Promise<void> {
  const [, signs = '', words = ''] = /^([^\p{L}]* )?(.*)$/u.exec(line) ?? [];
  await page.keyboard.type(signs);
  await page.keyboard.insertText(words);
}
