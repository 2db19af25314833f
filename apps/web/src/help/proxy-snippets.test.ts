import { expect, it } from 'vitest';
import { PROXY_SNIPPETS } from './proxy-snippets.ts';

const [page] = Object.values(
  import.meta.glob<string>('../../../docs/operate/proxies.md', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

it.each(PROXY_SNIPPETS)('says for $name what the documentation says', ({ lines }) => {
  expect(page).toContain(lines);
});
