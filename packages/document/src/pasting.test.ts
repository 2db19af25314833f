import { DOMParser, DOMSerializer, Schema } from '@tiptap/pm/model';
import fc from 'fast-check';
import { Window } from 'happy-dom';
import { describe, expect, test } from 'vitest';
import type { Block } from './blocks.ts';
import { EVERYTHING, UPLOADED } from './testing/pages.ts';
import { toHtml } from './html.ts';
import { withoutImpliedStarts } from './list-numbers.ts';
import { MAX_INDENT } from './nodes.ts';
import { pageSchema } from './schema.ts';

const schema = new Schema(pageSchema);
const { document } = new Window({ url: 'https://tandem.test/' });

function paste(html: string): Block[] {
  const holder = document.createElement('div');
  holder.innerHTML = html;
  const node = DOMParser.fromSchema(schema).parse(holder, { preserveWhitespace: false });
  node.check();
  return withoutNulls(node.toJSON()).content ?? [];
}

function render(blocks: readonly Block[]): string {
  const node = schema.nodeFromJSON({ type: 'doc', content: blocks });
  const holder = document.createElement('div');
  holder.appendChild(
    DOMSerializer.fromSchema(schema).serializeFragment(node.content, {
      document: document as never,
    }) as never,
  );
  return holder.innerHTML;
}

function withoutNulls(json: Record<string, unknown>): { content?: Block[] } {
  const pruned = JSON.parse(JSON.stringify(json), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).filter(
        ([key, part]) =>
          part !== null && !(key === 'attrs' && Object.keys(part as object).length === 0),
      ),
    );
  }) as { content?: Block[] };
  return pruned;
}

const block = (text: string, attrs?: Record<string, unknown>): Block => ({
  type: 'textBlock',
  ...(attrs && { attrs }),
  content: [{ type: 'text', text }],
});

describe('pasting', () => {
  test.each<[string, string, Block[]]>([
    [
      'headings',
      '<h1>a</h1><h2>b</h2><h3>c</h3><h4>d</h4><h6>e</h6>',
      ['a', 'b', 'c', 'd', 'e'].map((text, index) =>
        block(text, { kind: `heading${Math.min(3, index + 1)}` }),
      ),
    ],
    ['paragraphs and bare text', '<p>a</p>b<div>c</div>', [block('a'), block('b'), block('c')]],
    [
      'nested lists',
      '<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>',
      [
        block('a', { list: 'bullet' }),
        block('b', { list: 'ordered', indent: 1 }),
        block('c', { list: 'bullet' }),
      ],
    ],
    [
      'a list directly in a list, as Google Docs has it',
      '<ul><li><p>a</p></li><ul><li aria-level="2"><p>b</p></li></ul></ul>',
      [block('a', { list: 'bullet' }), block('b', { list: 'bullet', indent: 1 })],
    ],
    [
      'further paragraphs of an item',
      '<ol><li><p>a</p><p>b</p><ul><li>c</li></ul></li></ol>',
      [
        block('a', { list: 'ordered' }),
        block('b', { indent: 1 }),
        block('c', { list: 'bullet', indent: 1 }),
      ],
    ],
    [
      'an item that is a heading',
      '<ul><li><h2>a</h2></li></ul>',
      [block('a', { kind: 'heading2', list: 'bullet' })],
    ],
    [
      'tasks of GitHub',
      '<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" class="task-list-item-checkbox" checked=""> a</li><li class="task-list-item"><input type="checkbox"> b</li></ul>',
      [block('a', { list: 'task', checked: true }), block('b', { list: 'task' })],
    ],
    [
      'tasks of Google Docs',
      '<ul><li role="checkbox" aria-checked="true"><img src="data:x" alt="checked"><p>a</p></li><li role="checkbox" aria-checked="false"><img src="data:x"><p>b</p></li></ul>',
      [block('a', { list: 'task', checked: true }), block('b', { list: 'task' })],
    ],
    [
      'tasks of Notion',
      '<ul class="to-do-list"><li><div class="checkbox checkbox-on"></div> <span class="to-do-children-checked">a</span></li></ul><ul><li>[x] b</li><li>[ ] c</li><li>[y] d</li></ul>',
      [
        block('a', { list: 'task', checked: true }),
        block('b', { list: 'task', checked: true }),
        block('c', { list: 'task' }),
        block('[y] d', { list: 'bullet' }),
      ],
    ],
    [
      'tasks of Tiptap',
      '<ul data-type="taskList"><li data-checked="true" data-type="taskItem"><label><input type="checkbox" checked><span></span></label><div><p>a</p></div></li></ul>',
      [block('a', { list: 'task', checked: true })],
    ],
    [
      'quotes, and lists in them',
      '<blockquote><p>a</p><ul><li>b</li></ul></blockquote>',
      [{ type: 'quote', content: [block('a'), block('b', { list: 'bullet' })] }],
    ],
    [
      'quotes and code in lists',
      '<ul><li>a<blockquote>b</blockquote></li><li><pre>c</pre></li></ul>',
      [
        block('a', { list: 'bullet' }),
        { type: 'quote', content: [block('b')] },
        { type: 'codeBlock', content: [{ type: 'text', text: 'c' }] },
      ],
    ],
    [
      'code with its language',
      '<pre><code class="hljs language-c++">a\n\tb</code></pre>',
      [
        {
          type: 'codeBlock',
          attrs: { language: 'c++' },
          content: [{ type: 'text', text: 'a\n\tb' }],
        },
      ],
    ],
    [
      'code of GitHub',
      '<div class="highlight highlight-source-ts"><pre><span>let</span> a</pre></div>',
      [
        {
          type: 'codeBlock',
          attrs: { language: 'ts' },
          content: [{ type: 'text', text: 'let a' }],
        },
      ],
    ],
    [
      'breaks in code',
      '<pre>a<br>b</pre>',
      [{ type: 'codeBlock', content: [{ type: 'text', text: 'a\nb' }] }],
    ],
    [
      'rules and breaks',
      '<p>a<br>b</p><hr>',
      [
        {
          type: 'textBlock',
          content: [
            { type: 'text', text: 'a' },
            { type: 'hardBreak' },
            { type: 'text', text: 'b' },
          ],
        },
        { type: 'divider' },
      ],
    ],
    [
      'marks by tag and by style',
      '<p><strong>a</strong><b>b</b><em>c</em><i>d</i><s>e</s><del>f</del><code>g</code></p><p><span style="font-weight:700">h</span><span style="font-style:italic">i</span></p>',
      [
        {
          type: 'textBlock',
          content: [
            { type: 'text', text: 'ab', marks: [{ type: 'bold' }] },
            { type: 'text', text: 'cd', marks: [{ type: 'italic' }] },
            { type: 'text', text: 'ef', marks: [{ type: 'strike' }] },
            { type: 'text', text: 'g', marks: [{ type: 'code' }] },
          ],
        },
        {
          type: 'textBlock',
          content: [
            { type: 'text', text: 'h', marks: [{ type: 'bold' }] },
            { type: 'text', text: 'i', marks: [{ type: 'italic' }] },
          ],
        },
      ],
    ],
    [
      'the wrapper of Google Docs',
      '<b style="font-weight:normal;" id="docs-internal-guid-1"><p><span style="font-weight:400">a</span></p></b>',
      [block('a')],
    ],
    ['tables, as text', '<table><tr><td>a</td><td>b</td></tr></table>', [block('a'), block('b')]],
  ])('%s', (_, html, blocks) => {
    expect(paste(html)).toEqual(blocks);
  });

  test.each([
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '\u0001javascript:x',
  ])('a link to %j is only its text', (href) => {
    const anchor = document.createElement('a');
    anchor.setAttribute('href', href);
    anchor.textContent = 'x';
    expect(paste(`<p>${anchor.outerHTML}</p>`)).toEqual([block('x')]);
  });

  test('values that are not ours are dropped', () => {
    expect(
      paste(
        '<p data-id="&quot;><script>" data-list="x" data-indent="99" data-checked="maybe" onclick="x" style="color:red">a</p>',
      ),
    ).toEqual([block('a')]);
    expect(paste('<pre data-language="a b" data-id="a b"><code>x</code></pre>')).toEqual([
      { type: 'codeBlock', content: [{ type: 'text', text: 'x' }] },
    ]);
    const deep = `${'<ul><li>'.repeat(12)}a`;
    expect(paste(deep).at(-1)).toEqual(block('a', { list: 'bullet', indent: MAX_INDENT }));
  });
});

describe('copying', () => {
  test('content that the editor shows survives a round trip', () => {
    expect(paste(render(EVERYTHING))).toEqual(EVERYTHING);
  });

  test('the HTML that the editor draws is read back', () => {
    const html = [
      '<div class="text-block" data-id="a" data-kind="heading2" dir="auto"><div class="block-text" role="heading" aria-level="2">a</div></div>',
      '<div class="text-block" data-id="b" data-list="task" data-indent="1" data-checked="" dir="auto"><span class="task-box" contenteditable="false"><input type="checkbox"></span><div class="block-text" id="task-1">b</div></div>',
    ];
    expect(paste(html.join(''))).toEqual([
      block('a', { id: 'a', kind: 'heading2' }),
      block('b', { id: 'b', list: 'task', indent: 1, checked: true }),
    ]);
  });

  test('unsafe values that got in do nothing', () => {
    const hostile = {
      ...block('x', { kind: 'script', indent: '"><script>' }),
      content: [
        {
          type: 'text',
          text: 'x',
          marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }],
        },
      ],
    } as unknown as Block;
    expect(render([hostile])).toBe(
      '<p data-indent="&quot;><script>"><a rel="noopener noreferrer nofollow">x</a></p>',
    );
    expect(toHtml([hostile])).toBe('<p data-indent="NaN">x</p>');
  });

  test('HTML for others has real lists', () => {
    expect(toHtml(EVERYTHING.slice(3, 6))).toBe(
      '<ul><li>one<ol><li>two</li></ol></li></ul><ul data-list="task"><li data-checked="true"><label><input type="checkbox" disabled checked>three</label></li></ul>',
    );
    expect(toHtml([block('<b>&"', { kind: 'heading2' })])).toBe('<h2>&lt;b&gt;&amp;&quot;</h2>');
  });

  test('HTML for others keeps tabs and spaces', () => {
    for (const words of ['a\tb', '  a', 'a  b'])
      expect(paste(toHtml([block(words), block(words, { list: 'bullet' })]))).toEqual([
        { type: 'textBlock', content: [{ type: 'text', text: words }] },
        { type: 'textBlock', attrs: { list: 'bullet' }, content: [{ type: 'text', text: words }] },
      ]);
  });

  test('PM11 images and files survive a round trip, and load nothing from elsewhere', () => {
    expect(paste(toHtml(UPLOADED))).toEqual(UPLOADED);
    expect(toHtml(UPLOADED)).not.toContain(' src=');
    const hostile = [
      '<figure data-type="image" data-file="https://a.b/c.png"><img src="https://a.b/c.png"></figure>',
      '<figure data-type="image"><img src="https://a.b/c.png"></figure>',
      '<img src="https://a.b/c.png" onerror="alert(1)">',
    ];
    for (const html of hostile) expect(JSON.stringify(paste(html))).not.toContain('a.b');
  });

  test('HTML for other programs survives a round trip, without ids', { timeout: 60_000 }, () => {
    const texts = fc
      .array(fc.constantFrom('a', 'b c', '<', '&amp;', '"', '[ ] x', '日本'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => parts.join(' '));
    const attrs = fc.record({
      kind: fc.option(fc.constantFrom('heading1', 'heading3'), { nil: undefined }),
      list: fc.option(fc.constantFrom('bullet', 'ordered', 'task'), { nil: undefined }),
      indent: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      checked: fc.option(fc.constant(true), { nil: undefined }),
      start: fc.option(fc.constantFrom(1, 2, 7), { nil: undefined }),
    });
    const marks = fc
      .subarray(['bold', 'italic', 'strike', 'code'] as const)
      .map((names) => names.map((type) => ({ type })));
    const textBlock = fc
      .tuple(attrs, texts, marks, fc.boolean())
      .map(([all, value, some, empty]): Block => {
        const { checked, start, ...rest } = all;
        const kept = {
          ...rest,
          ...(rest.list === 'task' && { checked }),
          ...(rest.list === 'ordered' && { start }),
        };
        // Notion's task sign.
        const text = kept.list === 'bullet' && value.startsWith('[') ? 'x' : value;
        return {
          type: 'textBlock',
          attrs: kept,
          ...(!empty && {
            content: [{ type: 'text', text, ...(some.length > 0 && { marks: some }) }],
          }),
        } as Block;
      });
    const flat: fc.Arbitrary<Block> = fc.oneof(
      { weight: 6, arbitrary: textBlock },
      fc.constant<Block>({ type: 'divider' }),
      texts.map((text): Block => ({
        type: 'codeBlock',
        attrs: { language: 'ts' },
        content: [{ type: 'text', text: `\n${text}\n  ${text}` }],
      })),
    );
    const page = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: flat },
        fc
          .array(flat, { minLength: 1, maxLength: 4 })
          .map((content): Block => ({ type: 'quote', content })),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(page, (blocks) => {
        const expected = withoutNulls(
          JSON.parse(JSON.stringify({ content: blocks })) as Record<string, unknown>,
        ).content;
        expect(withoutImpliedStarts(paste(toHtml(blocks)))).toEqual(
          withoutImpliedStarts(expected as Block[]),
        );
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});
