/**
 * Playwright's `test` with what every test of the product wants: a server of its own, people who
 * open it, and the rule that a page error or a console error fails the test.
 */

import {
  devices,
  expect,
  test as base,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from '@playwright/test';
import { PageErrors } from './page-errors.ts';
import { BLOCKED } from './proxy.ts';
import { Server, type ServerOptions } from './server.ts';

/** Options for one person's browser, or for `test.use` in a file whose person is on the phone. */
export const phone: BrowserContextOptions = (({ defaultBrowserType: _, ...device }) => device)(
  devices['Pixel 7'],
);

/** A browser says so each time that no WebSocket gets through, and there is no way to ask it not to. */
export const BLOCKED_ERRORS = /WebSocket connection to .* failed/;

/** One person: a browser of their own, with its own cookies and storage. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
}

/** Opens the product for one more person, at `path`. */
export type Arrive = (path?: string, options?: BrowserContextOptions) => Promise<Person>;

interface Fixtures {
  /** `test.use({ serverOptions: { env: … } })` */
  serverOptions: ServerOptions;
  /** `test.use({ allowedErrors: [/…/] })`: what this file or group provokes on purpose. */
  allowedErrors: readonly RegExp[];
  pageErrors: PageErrors;
  /** Empty, ready, on a port that it keeps over restarts. Starts with the test that asks for it. */
  server: Server;
  arrive: Arrive;
}

export const test = base.extend<Fixtures>({
  serverOptions: [{}, { option: true }],
  allowedErrors: [[], { option: true }],

  pageErrors: [
    async ({ allowedErrors }, use) => {
      const pageErrors = new PageErrors(allowedErrors);
      if (BLOCKED) pageErrors.allow(BLOCKED_ERRORS);
      await use(pageErrors);
      expect(pageErrors.unexpected, 'page errors and console errors').toEqual([]);
    },
    { auto: true },
  ],

  server: async ({ serverOptions }, use, testInfo) => {
    await using server = await Server.create(serverOptions);
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server log', { body: server.log, contentType: 'text/plain' });
    }
  },

  context: async ({ context, pageErrors }, use) => {
    pageErrors.watch(context);
    await use(context);
  },

  arrive: async ({ browser, server, pageErrors }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (path = '/', options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options });
      contexts.push(context);
      pageErrors.watch(context);
      const page = await context.newPage();
      await page.goto(path);
      return { context, page };
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };
