import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Inline, Mark, Text } from '../blocks.ts';
import { withoutImpliedStarts } from '../list-numbers.ts';
import { MAX_MARKDOWN_LENGTH, MAX_MARKDOWN_PARAGRAPH_LENGTH } from '../limits.ts';
import { KINDS, LISTS, MARK_NAMES } from '../nodes.ts';
import { plainText, UPLOADED } from '../testing/pages.ts';
import { fromMarkdown } from './reader.ts';
import { toMarkdown } from './writer.ts';

describe('reading', () => {
  test('blocks of each kind', () => {
    const blocks = fromMarkdown(
      '# One\n\n#### Four\n\ntext **bold** _it_ ~~no~~ `x`\n\n- a\n  1. b\n- [x] c\n\n> q\n\n```ts\nlet a;\n```\n\n---\n',
    );
    expect(blocks).toEqual([
      { type: 'textBlock', attrs: { kind: 'heading1' }, content: [text('One')] },
      { type: 'textBlock', attrs: { kind: 'heading3' }, content: [text('Four')] },
      {
        type: 'textBlock',
        content: [
          text('text '),
          text('bold', 'bold'),
          text(' '),
          text('it', 'italic'),
          text(' '),
          text('no', 'strike'),
          text(' '),
          text('x', 'code'),
        ],
      },
      { type: 'textBlock', attrs: { list: 'bullet' }, content: [text('a')] },
      { type: 'textBlock', attrs: { list: 'ordered', indent: 1 }, content: [text('b')] },
      { type: 'textBlock', attrs: { list: 'task', checked: true }, content: [text('c')] },
      { type: 'quote', content: [{ type: 'textBlock', content: [text('q')] }] },
      { type: 'codeBlock', attrs: { language: 'ts' }, content: [text('let a;')] },
      { type: 'divider' },
    ]);
  });

  test('paragraphs inside an item are indented below it', () => {
    expect(fromMarkdown('1. a\n\n   b\n   - c')).toEqual([
      { type: 'textBlock', attrs: { list: 'ordered' }, content: [text('a')] },
      { type: 'textBlock', attrs: { indent: 1 }, content: [text('b')] },
      { type: 'textBlock', attrs: { list: 'bullet', indent: 1 }, content: [text('c')] },
    ]);
  });

  test('constructs that pages lack keep their text', () => {
    expect(fromMarkdown('| a | **b** |\n|---|---|\n| c | d |')).toEqual([
      { type: 'textBlock', content: [text('a | '), text('b', 'bold')] },
      { type: 'textBlock', content: [text('c | d')] },
    ]);
    expect(
      fromMarkdown('<div align="center">\n<b>Hi</b> &amp; bye <!-- secret -->\n</div>'),
    ).toEqual([{ type: 'textBlock', content: [text('Hi & bye')] }]);
    expect(fromMarkdown('![a cat](cat.png)')).toEqual([
      { type: 'textBlock', content: [link('a cat', 'cat.png')] },
    ]);
  });

  test.each([
    '[x](javascript:alert(1))',
    '[x](<java\nscript:alert(1)>)',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>)',
    '![x](vbscript:a)',
    '[x][r]\n\n[r]: JaVaScRiPt:alert(1)',
    '<a href="javascript:alert(1)">x</a>',
    '<javascript:alert(1)>',
  ])('an unsafe address is no link: %s', (markdown) => {
    expect(JSON.stringify(fromMarkdown(markdown))).not.toContain('href');
  });

  test('a source at the limit is parsed, a longer one is plain lines', () => {
    const source = '**a**'.padEnd(MAX_MARKDOWN_LENGTH, '\n');
    expect(fromMarkdown(source)).toEqual([{ type: 'textBlock', content: [text('a', 'bold')] }]);
    expect(fromMarkdown(`${source}\n`)).toEqual([{ type: 'textBlock', content: [text('**a**')] }]);
  });

  test('a paragraph that is too long, and content nested too deep, is text', () => {
    const longest = `**${'a'.repeat(MAX_MARKDOWN_PARAGRAPH_LENGTH - 4)}**`;
    expect(fromMarkdown(longest)).toEqual([
      { type: 'textBlock', content: [text('a'.repeat(MAX_MARKDOWN_PARAGRAPH_LENGTH - 4), 'bold')] },
    ]);
    expect(fromMarkdown(`${longest}a`)).toEqual([
      { type: 'textBlock', content: [text(`${longest}a`)] },
    ]);
    expect(depthOf(fromMarkdown(`${'> '.repeat(30)}a`))).toBe(31);
    expect(depthOf(fromMarkdown(`${'> '.repeat(31)}a`))).toBe(31);
    expect(plainText(fromMarkdown(`${'> '.repeat(31)}a`))).toBe('> a');
  });
});

describe('writing', () => {
  test('lists nest, tasks have boxes, headings and code are fenced off', () => {
    const markdown =
      '## Plan\n\n1. one\n   - [ ] two\n   - [x] three\n2. four\n\n```js\n`a`\n```\n\n> quoted\n>\n> - item\n';
    expect(toMarkdown(fromMarkdown(markdown))).toBe(markdown);
  });

  test('text that looks like Markdown is escaped, and no other', () => {
    const write = (value: string): string =>
      toMarkdown([{ type: 'textBlock', content: [text(value)] }]).trimEnd();
    expect(write('1. # a *b* [c] snake_case 2 < 3 & 4 > 3!')).toBe(
      '1\\. # a \\*b\\* \\[c\\] snake_case 2 < 3 & 4 > 3!'.replace('3!', '3\\!'),
    );
    expect(write('- a')).toBe('\\- a');
    expect(write('-a #b')).toBe('-a #b');
  });

  test('marks inside a word fall back to tags', () => {
    const blocks: Block[] = [
      {
        type: 'textBlock',
        content: [text('a'), text('b', 'italic'), text('c'), text('"d"', 'bold'), text('e')],
      },
    ];
    expect(toMarkdown(blocks)).toBe('a<em>b</em>c<strong>"d"</strong>e\n');
    expect(fromMarkdown(toMarkdown(blocks))).toEqual(blocks);
  });

  test('an unsafe address is not written', () => {
    expect(toMarkdown([{ type: 'textBlock', content: [link('x', 'javascript:alert(1)')] }])).toBe(
      'x\n',
    );
  });
});

describe('round trip', () => {
  const word = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('and', 'été', 'snake_case', '2', 'x', '日本', '🙂') },
    fc.string({
      unit: fc.constantFrom(...'ab1*_`~[]()<>#+-=.!|&;:/\\"\'@$^{}'.split('')),
      minLength: 1,
      maxLength: 6,
    }),
    fc.constantFrom(
      'https://a.b/c',
      'www.a.bc',
      'a@b.cd',
      '&amp;',
      '&#42;',
      '<b>',
      '</b>',
      '- x',
      '1. y',
      '[ ]',
      '---',
      '```',
      '!',
    ),
  );
  const phrase = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
  const href = fc.constantFrom(
    'https://a.b/c_d?e=1&f=2',
    '/docs/(x)',
    '#top',
    'mailto:a@b.cd',
    'https://a.b/&copy;',
    'a b',
  );
  const marks = fc.record({
    names: fc.subarray(['bold', 'italic', 'strike', 'code'] as const),
    href: fc.option(href, { freq: 5 }),
  });
  const run: fc.Arbitrary<Text> = fc
    .tuple(phrase, fc.option(marks), fc.boolean(), fc.boolean())
    .map(([value, chosen, before, after]) => {
      const inLink = Boolean(chosen?.href);
      const names = (chosen?.names ?? []).filter(
        (name) => !(name === 'code' && inLink && /[`[\]\\]/.test(value)),
      );
      const all = names.map((type): Mark => ({ type }));
      if (chosen?.href) all.push({ type: 'link', attrs: { href: chosen.href } });
      // White space belongs outside marks.
      const spaced = all.length > 0 ? value : `${before ? ' ' : ''}${value}${after ? ' ' : ''}`;
      return marked(spaced, all);
    });
  const line = fc
    .array(run, { minLength: 1, maxLength: 4 })
    .map(normalLine)
    .filter((texts) => texts.length > 0);
  const lines = fc
    .array(line, { minLength: 1, maxLength: 3 })
    .map((all) =>
      all.flatMap((texts, index): Inline[] => [
        ...(index > 0 ? [{ type: 'hardBreak' } as const] : []),
        ...texts,
      ]),
    );
  const textBlock: fc.Arbitrary<Block> = fc
    .tuple(
      lines,
      fc.option(fc.constantFrom(...KINDS)),
      fc.option(fc.constantFrom(...LISTS)),
      fc.nat(8),
      fc.boolean(),
      fc.option(fc.constantFrom(0, 1, 2, 5, 999_999_999)),
    )
    .map(([content, kind, list, indent, checked, start]) => ({
      type: 'textBlock',
      attrs: {
        ...(kind && list !== 'task' && { kind }),
        ...(list && { list }),
        ...(indent > 0 && { indent }),
        ...(list === 'task' && checked && { checked }),
        ...(list === 'ordered' && start !== null && { start }),
      },
      content,
    }));
  const emptyItem: fc.Arbitrary<Block> = fc
    .tuple(fc.constantFrom(...LISTS), fc.nat(4))
    .map(([list, indent]) => ({ type: 'textBlock', attrs: { list, indent } }));
  const code: fc.Arbitrary<Block> = fc
    .tuple(
      fc.array(fc.constantFrom('a', '  b', '', '```', '# c', '- d', '`', '> e', '</pre>'), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.option(fc.constantFrom('ts', 'c++')),
    )
    .map(([all, language]) => ({
      type: 'codeBlock',
      ...(language && { attrs: { language } }),
      content: [text(all.join('\n') || 'x')],
    }));
  const flat = fc.oneof(
    { weight: 5, arbitrary: textBlock },
    emptyItem,
    code,
    fc.constant<Block>({ type: 'divider' }),
  );
  const quote: fc.Arbitrary<Block> = fc
    .array(flat, { minLength: 1, maxLength: 4 })
    .map((content) => ({ type: 'quote', content }));
  const page = fc.array(fc.oneof({ weight: 6, arbitrary: flat }, quote), { maxLength: 8 });

  test.each(UPLOADED)(
    'PM11 %j survives a round trip, also in a quote and beside words',
    (block) => {
      const blocks: Block[] = [
        { type: 'textBlock', content: [text('above')] },
        block,
        { type: 'quote', content: [block] },
        { type: 'textBlock', content: [text('below')] },
      ];
      expect(fromMarkdown(toMarkdown(blocks))).toEqual(blocks);
    },
  );

  test('PM11 an image at another address is a link', () => {
    const [block] = fromMarkdown('![a picture](https://tracker.example/pixel.png)');
    expect(block).toMatchObject({ type: 'textBlock', content: [{ text: 'a picture' }] });
  });

  test('content that Markdown can express survives a round trip', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(page, (blocks) => {
        const expected = withoutImpliedStarts(sayable(blocks));
        expect(fromMarkdown(toMarkdown(expected))).toEqual(expected);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('writing a page that was read changes nothing', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(page, (blocks) => {
        const once = toMarkdown(blocks);
        expect(toMarkdown(fromMarkdown(once))).toBe(once);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('any text is read without losing a word', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...'ab *_`~[]()<#+-=.!|&;:/\\"\n\n\t1>'.split('')),
          maxLength: 200,
        }),
        (source) => {
          const letters = (value: string): string => value.replace(/[^ab]/g, '');
          // Tags, link titles and definitions are syntax, so only sources without them count.
          fc.pre(!/[<\][]|```|~~~/.test(source));
          expect(letters(plainText(fromMarkdown(source)))).toBe(letters(source));
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});

function text(value: string, ...names: ('bold' | 'italic' | 'strike' | 'code')[]): Text {
  return marked(
    value,
    names.map((type) => ({ type })),
  );
}

function link(value: string, href: string): Text {
  return marked(value, [{ type: 'link', attrs: { href } }]);
}

function marked(value: string, marks: readonly Mark[]): Text {
  const sorted = MARK_NAMES.flatMap((name) => marks.filter(({ type }) => type === name));
  return { type: 'text', text: value, ...(sorted.length > 0 && { marks: sorted }) };
}

function normalLine(texts: readonly Text[]): Text[] {
  const joined: Text[] = [];
  for (const next of texts) {
    const last = joined.at(-1);
    if (last && JSON.stringify(last.marks) === JSON.stringify(next.marks))
      joined[joined.length - 1] = { ...last, text: last.text + next.text };
    else joined.push(next);
  }
  return joined
    .map((part, index) => ({ ...part, text: index === 0 ? part.text.trimStart() : part.text }))
    .map((part, index) => ({
      ...part,
      text: index === joined.length - 1 ? part.text.trimEnd() : part.text,
    }))
    .filter((part) => part.text !== '');
}

function sayable(blocks: readonly Block[]): Block[] {
  let open: boolean[] = [];
  return blocks.map((block): Block => {
    if (block.type === 'quote') {
      open = [];
      return { ...block, content: sayable(block.content ?? []) };
    }
    if (block.type !== 'textBlock') {
      open = [];
      return block;
    }
    const { indent: wanted, ...attrs } = block.attrs ?? {};
    open = open.slice(0, wanted ?? 0);
    if (!attrs.list) open = open.slice(0, open.lastIndexOf(true) + 1);
    const indent = open.length;
    if (attrs.list) open = [...open, block.content !== undefined || attrs.list === 'task'];
    const all = { ...attrs, ...(indent > 0 && { indent }) };
    return {
      type: 'textBlock',
      ...(Object.keys(all).length > 0 && { attrs: all }),
      ...(block.content && { content: block.content }),
    };
  });
}

function depthOf(blocks: readonly Block[]): number {
  return Math.max(
    0,
    ...blocks.map((block) => 1 + (block.type === 'quote' ? depthOf(block.content ?? []) : 0)),
  );
}

test('a code block with many runs of backticks has a fence of its own', () => {
  const code = '`\n'.repeat(300_000);
  const markdown = toMarkdown([{ type: 'codeBlock', content: [{ type: 'text', text: code }] }]);
  expect(markdown.startsWith('```\n`\n`\n')).toBe(true);
});
