/**
 * The harness's `test` with two writers that all tests of a worker share. Each test starts a new
 * document.
 */

import { PageErrors } from './page-errors.ts';
import { BLOCKED } from './proxy.ts';
import { BLOCKED_ERRORS, expect, test as base } from './test.ts';
import { WriterPair } from './writer-pair.ts';

interface SharedPair {
  readonly writers: WriterPair;
  readonly pageErrors: PageErrors;
}

export const test = base.extend<{ writers: WriterPair }, { sharedPair: SharedPair }>({
  sharedPair: [
    async ({ browser, sharedServer }, use) => {
      const pageErrors = new PageErrors();
      if (BLOCKED) pageErrors.allow(BLOCKED_ERRORS);
      await using writers = await WriterPair.create(browser, await sharedServer(), {
        onContext: (context) => pageErrors.watch(context),
      });
      await use({ writers, pageErrors });
    },
    { scope: 'worker' },
  ],
  writers: async ({ sharedPair: { writers, pageErrors } }, use) => {
    const before = pageErrors.unexpected.length;
    writers.resumeNetworks();
    await use(writers);
    const unexpected = pageErrors.unexpected.slice(before);
    expect(unexpected, 'page errors and console errors').toEqual([]);
  },
});
