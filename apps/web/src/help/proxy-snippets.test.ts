import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { PROXY_SNIPPETS } from './proxy-snippets.ts';

const PAGE = new URL('../../../docs/operate/proxies.md', import.meta.url);

it.each(PROXY_SNIPPETS)('says for $name what the documentation says', async ({ lines }) => {
  expect(await readFile(PAGE, 'utf8')).toContain(lines);
});
