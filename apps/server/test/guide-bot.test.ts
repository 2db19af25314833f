/** The bot of the guide, verbatim, against the running server: it writes into a page with a token, live for others. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeToken } from './api-tokens.ts';
import { createPage } from './file-transfers.ts';
import { RunningServer } from './running-server.ts';
import { signUp } from './signed-up.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guide/api.md');
const CACHE = join(import.meta.dirname, '../.cache/guide');

test('the bot adds an entry and replaces words, and is told in a sentence what it may not', async () => {
  const code = /```js\n(\/\/ minutes-bot\.mjs.*?)```/s.exec(await readFile(GUIDE, 'utf8'))?.[1];
  await mkdir(CACHE, { recursive: true });
  await writeFile(join(CACHE, 'minutes-bot.mjs'), code ?? '');
  const server = await RunningServer.start();
  const ada = await signUp(server);
  const page = await createPage(ada);
  const run = async (token: string, call: string): Promise<void> => {
    const script = `const bot = await import('./minutes-bot.mjs'); await bot.${call}`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: CACHE,
      env: { ...process.env, TANDEM_URL: server.url, TANDEM_TOKEN: token },
    });
  };
  const token = await makeToken(ada, ['documents:write']);
  await run(token, `addEntry('${page}', 'High water at nine.')`);
  await run(token, `replaceWords('${page}', 'nine', 'ten')`);
  const text = await (await ada.fetch(`/api/documents/${page}/markdown`)).text();
  expect(text).toMatch(/^## \d{4}-.*\n\nHigh water at ten\.\n$/);
  const reading = await makeToken(ada, ['documents:read']);
  await expect(run(reading, `addEntry('${page}', 'No.')`)).rejects.toThrow(
    'This API token lacks the scope "documents:write".',
  );
});
