import { describe, expect, test } from 'vitest';
import type { Block, Inline } from './blocks.ts';
import { toBoundedHtml } from './bounded-html.ts';
import { toHtml } from './html.ts';

const linked = (text: string, href: string): Inline => ({
  ...{ type: 'text', text },
  marks: [{ type: 'link', attrs: { href } }],
});
const line = (...content: readonly Inline[]): Block => ({ type: 'textBlock', content });

describe('a bounded page', () => {
  const blocks: readonly Block[] = [
    line({ type: 'text', text: 'a < b' }, { type: 'hardBreak' }),
    { type: 'textBlock', attrs: { list: 'bullet' }, content: [{ type: 'text', text: 'rope' }] },
    { type: 'quote', content: [line({ type: 'text', text: 'Slack' })] },
  ];
  const whole = toHtml(blocks);

  test('is as the unbounded one, or null', () => {
    expect(toBoundedHtml(blocks, { maxLength: whole.length })).toBe(whole);
    for (let maxLength = 0; maxLength < whole.length; maxLength++)
      expect(toBoundedHtml(blocks, { maxLength })).toBeNull();
  });

  test('of long addresses ends before they fill the memory', () => {
    const href = `https://example.org/?${'&'.repeat(4_000)}`;
    let read = 0;
    const letter: Inline = {
      ...{ type: 'text', text: '&' },
      get marks() {
        read++;
        return [{ type: 'link', attrs: { href } }] as const;
      },
    };
    const letters = Array.from({ length: 100_000 }, () => letter);
    const inside: Block = { type: 'quote', content: [line(...letters)] };
    expect(toBoundedHtml([inside], { maxLength: 1_000_000 })).toBeNull();
    expect(read).toBeLessThan(1_000);
  });
});

test('links have the relation that is asked for, or leave their words', () => {
  const blocks = [line(linked('out', 'https://example.org/'), linked('in', '/d/secret'))];
  const linkRelation = (href: string) => (href.startsWith('/d/') ? null : 'nofollow');
  expect(toHtml(blocks, { linkRelation })).toBe(
    '<p><a href="https://example.org/" rel="nofollow">out</a>in</p>',
  );
  expect(toHtml(blocks)).toContain('<a href="/d/secret">in</a>');
});

test('a page for readers has no names of files that they do not see', () => {
  const attrs = { file: '01ARZ3NDEKTSV4RRFFQ69G5FAV', name: 'salary of Ben.png', size: 7 };
  const blocks: readonly Block[] = [{ type: 'image', attrs: { ...attrs, alt: 'The quay' } }];
  expect(toHtml(blocks)).toContain('salary of Ben');
  const html = toHtml(blocks, { fileAddress: (file) => `/f/${file}`, hasFileData: false });
  expect(html).toBe(
    `<figure data-type="image"><img src="/f/${attrs.file}" alt="The quay"></figure>`,
  );
});
