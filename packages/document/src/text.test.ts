import { expect, test } from 'vitest';
import type { Block, Inline, TextBlock } from './blocks.ts';
import { readableText } from './text.ts';
import { EVERYTHING } from './testing/pages.ts';

const item = (words: string, attrs: TextBlock['attrs'] = {}): Block => ({
  type: 'textBlock',
  attrs,
  content: words
    .split('\n')
    .flatMap((text, index): Inline[] => [
      ...(index > 0 ? [{ type: 'hardBreak' } as const] : []),
      { type: 'text', text },
    ]),
});

test('a page is the text that is read, with nothing escaped', () => {
  expect(readableText(EVERYTHING)).toBe(
    'Title\nplain all\nbelow\n\n- one\n  a. two\n[x] three\n> said\nlet a;\n\tlet b;\n---',
  );
  expect(readableText([item('5 * 3 *_2_* <b> `x`\n# y')])).toBe('5 * 3 *_2_* <b> `x`\n# y');
});

test('further lines of an item, and quotes in it, are below its first line', () => {
  const blocks: Block[] = [
    item('five\nmore', { list: 'ordered', start: 9 }),
    item('ten\nmore', { list: 'ordered' }),
    { type: 'quote', content: [item('said\nagain'), { type: 'textBlock' }, { type: 'codeBlock' }] },
  ];
  expect(readableText(blocks)).toBe('9. five\n   more\n10. ten\n    more\n> said\n> again\n>\n>');
});
