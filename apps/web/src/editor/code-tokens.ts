import { common, createLowlight } from 'lowlight';

/** Wraps highlight.js. The module is large, so it is loaded on demand. */

export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

export type TokenKind = 'comment' | 'keyword' | 'string' | 'number' | 'name' | 'type';

const lowlight = createLowlight(common);

const KINDS: Readonly<Record<string, TokenKind>> = {
  comment: 'comment',
  quote: 'comment',
  meta: 'comment',
  keyword: 'keyword',
  'selector-tag': 'keyword',
  literal: 'keyword',
  built_in: 'keyword',
  tag: 'keyword',
  deletion: 'keyword',
  string: 'string',
  regexp: 'string',
  addition: 'string',
  link: 'string',
  number: 'number',
  symbol: 'number',
  title: 'name',
  section: 'name',
  name: 'name',
  attr: 'name',
  attribute: 'name',
  property: 'name',
  type: 'type',
  class: 'type',
  variable: 'type',
  'template-variable': 'type',
  params: 'type',
};

type Hast = ReturnType<typeof lowlight.highlight>['children'][number];

export function tokensOf(code: string, language: string): Token[] {
  if (!lowlight.registered(language)) return [];
  const tokens: Token[] = [];
  let offset = 0;
  const visit = (node: Hast, kind: TokenKind | undefined): void => {
    if (node.type === 'text') {
      const from = offset;
      offset += node.value.length;
      if (kind) tokens.push({ from, to: offset, kind });
    } else if (node.type === 'element') {
      const own = kindOf(node.properties['className']) ?? kind;
      for (const child of node.children) visit(child, own);
    }
  };
  for (const child of lowlight.highlight(language, code).children) visit(child, undefined);
  return tokens;
}

function kindOf(classes: unknown): TokenKind | undefined {
  const [first] = Array.isArray(classes) ? classes : [];
  return KINDS[String(first).replace(/^hljs-/, '')];
}
