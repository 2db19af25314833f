import { headingLevel, NODES } from '../nodes.ts';
import { defineNode } from './definition.ts';
import { hasClass, type HtmlElement, type HtmlNode, isElement } from './html-element.ts';
import { readTextBlock } from './text-block-html.ts';

export const Doc = defineNode('doc', { topNode: true });

export const Text = defineNode('text', {});

/** The last one is how the editor itself draws a text block. */
const TEXT_BLOCK_TAGS = [
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'td', 'th'],
  'div.text-block[data-id]',
];

export const TextBlock = defineNode(
  'textBlock',
  {
    parseHTML: () => TEXT_BLOCK_TAGS.map((tag) => ({ tag, getAttrs: readTextBlock })),
    // For other programs. The editor draws every text block as one element, so that its kind can change in place.
    renderHTML: ({ node, HTMLAttributes }) => {
      const { id, kind, list, indent, checked, start } = node.attrs;
      const level = headingLevel(kind);
      const tag = level === null ? 'p' : `h${level}`;
      return [
        tag,
        {
          ...HTMLAttributes,
          'data-id': id,
          'data-list': list,
          'data-indent': indent,
          'data-checked': checked,
          'data-start': start,
        },
        0,
      ];
    },
  },
  ['list', 'indent'],
);

export const Quote = defineNode('quote', {
  defining: true,
  parseHTML: () => [{ tag: 'blockquote', getAttrs: readId }],
  renderHTML: ({ node, HTMLAttributes }) => [
    'blockquote',
    { ...HTMLAttributes, 'data-id': node.attrs['id'] },
    0,
  ],
});

export const CodeBlock = defineNode('codeBlock', {
  code: true,
  defining: true,
  parseHTML: () => [
    {
      tag: 'pre',
      preserveWhitespace: 'full',
      getAttrs: (element: HtmlElement) => ({ ...readId(element), language: readLanguage(element) }),
    },
  ],
  renderHTML: ({ node, HTMLAttributes }) => {
    const { id, language } = node.attrs;
    return [
      'pre',
      { ...HTMLAttributes, 'data-id': id },
      ['code', { class: language === null ? null : `language-${language}` }, 0],
    ];
  },
});

export const Divider = defineNode('divider', {
  parseHTML: () => [{ tag: 'hr', getAttrs: readId }],
  renderHTML: ({ node, HTMLAttributes }) => [
    'hr',
    { ...HTMLAttributes, 'data-id': node.attrs['id'] },
  ],
});

export const HardBreak = defineNode('hardBreak', {
  selectable: false,
  linebreakReplacement: true,
  parseHTML: () => [{ tag: 'br' }],
  renderHTML: ({ HTMLAttributes }) => ['br', HTMLAttributes],
  renderText: () => '\n',
});

function readId(element: HtmlElement): { id: string | null } {
  const id = element.getAttribute('data-id');
  return { id: NODES.divider.attributes.id(id) ? id : null };
}

/** `<pre><code class="language-ts">` as Markdown renderers write it, or GitHub's class around the `pre`. */
function readLanguage(pre: HtmlElement): string | null {
  const code = Array.from(pre.childNodes).find(
    (node): node is HtmlElement => node.nodeName === 'CODE' && isElement(node),
  );
  const wrapper: HtmlNode | null = pre.parentNode;
  const classes = [
    code,
    pre,
    wrapper !== null && isElement(wrapper) && hasClass(wrapper, 'highlight') ? wrapper : undefined,
  ]
    .map((element) => element?.getAttribute('class') ?? '')
    .join(' ');
  const language =
    pre.getAttribute('data-language') ??
    /(?:^|\s)(?:lang(?:uage)?|highlight-source)-(\S+)/.exec(classes)?.[1];
  return NODES.codeBlock.attributes.language(language) ? (language as string) : null;
}
