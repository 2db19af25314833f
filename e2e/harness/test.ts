/**
 * Playwright's `test` with what every test of the product needs: a server, people who open it, and the
 * rule that a page error or a console error fails the test.
 *
 * Starting a server costs more processor time than most tests, so all tests of a Playwright worker share
 * one. Each person is a guest of their own, with a document list of their own. A test that configures,
 * stops or kills the server gets one for itself by `test.use({ serverOptions: … })`.
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
  /** `{ env: … }`, or `{}`: this test gets a server for itself. */
  serverOptions: ServerOptions | null;
  /** `test.use({ allowedErrors: [/…/] })`: what this file or group provokes on purpose. */
  allowedErrors: readonly RegExp[];
  pageErrors: PageErrors;
  /** Ready, on a port that it keeps over restarts. */
  server: Server;
  arrive: Arrive;
}

interface WorkerFixtures {
  /** Starts with the first test that needs it. */
  sharedServer: () => Promise<Server>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedServer: [
    // Playwright insists on a pattern for what a fixture uses.
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
