import { expect, test } from 'vitest';
import { PROXY_SNIPPETS } from './proxy-snippets.ts';

const [page] = Object.values(
  import.meta.glob<string>('../../../docs/operate/proxies.md', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

test.each(PROXY_SNIPPETS)('the snippet for $name is the one in the documentation', ({ lines }) => {
  expect(page).toContain(lines);
});
