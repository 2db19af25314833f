/**
 * Playwright's `test` with the fixtures of all product tests: a server, people who open it, and the
 * rule that a page error or console error fails the test.
 *
 * Starting a server costs more processor time than most tests, so all tests of a Playwright worker
 * share one. Each person is a separate guest with a separate document list. A test that configures,
 * stops or kills the server gets its own through `test.use({ serverOptions: … })`.
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

export const phone: BrowserContextOptions = (({ defaultBrowserType: _, ...device }) => device)(
  devices['Pixel 7'],
);

/** Browsers log each failed WebSocket, and the log cannot be disabled. */
export const BLOCKED_ERRORS = /WebSocket connection to .* failed/;

export interface Guest {
  readonly context: BrowserContext;
  readonly page: Page;
}

export type OpenAsGuest = (path?: string, options?: BrowserContextOptions) => Promise<Guest>;

interface Fixtures {
  serverOptions: ServerOptions | null;
  /** `test.use({ allowedErrors: [/…/] })`: errors that this file or group provokes on purpose. */
  allowedErrors: readonly RegExp[];
  pageErrors: PageErrors;
  server: Server;
  openAsGuest: OpenAsGuest;
}

interface WorkerFixtures {
  sharedServer: () => Promise<Server>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedServer: [
    // Playwright requires a destructuring pattern for the fixtures in use.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      let server: Promise<Server> | undefined;
      await use(() => (server ??= Server.create()));
      await (await server)?.[Symbol.asyncDispose]();
    },
    { scope: 'worker' },
  ],

  serverOptions: [null, { option: true }],
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

  server: async ({ serverOptions, sharedServer }, use, testInfo) => {
    const server = await (serverOptions === null ? sharedServer() : Server.create(serverOptions));
    const logged = server.log.length;
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus) {
      const body = server.log.slice(logged);
      await testInfo.attach('server log', { body, contentType: 'text/plain' });
    }
    if (serverOptions !== null) await server[Symbol.asyncDispose]();
  },

  context: async ({ context, pageErrors }, use) => {
    pageErrors.watch(context);
    await use(context);
  },

  openAsGuest: async ({ browser, server, pageErrors }, use) => {
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
