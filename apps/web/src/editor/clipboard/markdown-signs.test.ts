import { expect, test } from 'vitest';

import { isMarkdown } from './markdown-signs.ts';

test.each([
  '# Title\n\n## Part\n\nWords.',
  '# Title\n\nSome **bold** words.',
  'See [this](https://a.org) and `that`.',
  '- [ ] one\n- [x] two\n\n**Note**',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n> said',
  'Run:\n\n```sh\nrm -rf x\n```\n\n1. then\n2. that',
  '> **Note**\n> Mind the gap.',
  '## 安装\n\n1. 克隆\n2. 运行 `pnpm dev`',
])('Markdown: %j', (text) => {
  expect(isMarkdown(text)).toBe(true);
});

test.each([
  'just words',
  '# one sign',
  '- a\n- b\n- c',
  '# hosts\n\n- web1\n- web2',
  '1. a\n2. b\n\n> c',
  '**word** alone',
  '## not\n## a page',
  '#!/bin/bash\n## part\n- x\n- y\n**z**',
  'def f(**a, **b):\n  # `x`\n  return 2**3',
  'key: value\n# comment\n- **a**\nother: x',
  'const a = `b`;\n// ## c\nif (a) { d(); }\n- [ ] e',
  '```\nnever closed\n# a',
  '2 ** 3 ** 4\n# x\n- a\n- b',
  'Array[i](x) and list[0](y)\n# z',
])('plain: %j', (text) => {
  expect(isMarkdown(text)).toBe(false);
});

test('a long text is looked through at once', () => {
  for (const text of [
    '**a '.repeat(100_000),
    '`a'.repeat(100_000),
    '[a]('.repeat(100_000),
    '- a\n'.repeat(100_000),
    '|---'.repeat(50_000),
  ])
    expect(isMarkdown(text)).toBe(false);
});
