/** Starts a server, a browser and two writers for measurements outside Playwright's runner. */

import { chromium } from '@playwright/test';
import { findBrowser } from '../harness/browser.ts';
import { Server } from '../harness/server.ts';
import { WriterPair } from '../harness/writer-pair.ts';

export interface OpenPair extends AsyncDisposable {
  readonly writers: WriterPair;
}

export async function openPair(): Promise<OpenPair> {
  const { executable } = await findBrowser();
  const server = await Server.create();
  const browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const writers = await WriterPair.create(browser, server);
  return {
    writers,
    async [Symbol.asyncDispose]() {
      await writers[Symbol.asyncDispose]();
      await browser.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
