import { type CodeBlock, inlineText } from '../blocks.ts';
import { escapeHtml } from '../html-text.ts';
import { type BlockDefinition, blockId, matches } from './definition.ts';
import {
  hasClass,
  type HtmlElement,
  type HtmlNode,
  isElement,
  readBlockId,
} from './html-element.ts';

const language = matches(/^[\w#+.-]{1,40}$/);

export const codeBlock: BlockDefinition<CodeBlock> = {
  since: 1,
  group: 'block',
  content: 'text*',
  marks: '',
  attributes: { id: blockId, language },
  storage: { kind: 'marker', type: 'code' },
  continuesLists: true,
  editor: {
    code: true,
    defining: true,
    parseDOM: [
      {
        tag: 'pre',
        preserveWhitespace: 'full',
        getAttrs: (pre: HtmlElement) => ({ ...readBlockId(pre), language: readLanguage(pre) }),
      },
    ],
    toDOM: (node) => {
      const { id, language: name } = node.attrs;
      return [
        'pre',
        { 'data-id': id },
        ['code', { class: name === null ? null : `language-${name}` }, 0],
      ];
    },
  },
  toHtml({ attrs, content }, html) {
    const name = attrs?.language;
    const languageClass = name ? ` class="language-${escapeHtml(name)}"` : '';
    return `<pre><code${languageClass}>${html.inline(content)}</code></pre>`;
  },
  toMarkdown({ attrs, content }) {
    const code = inlineText(content);
    // Not spread: a block may have more runs than a call takes arguments.
    const runs = code.match(/`+/g) ?? [];
    const longest = runs.reduce((most, run) => Math.max(most, run.length), 2);
    const fence = '`'.repeat(longest + 1);
    return `${fence}${attrs?.language ?? ''}\n${code === '' ? '' : `${code}\n`}${fence}`;
  },
  toText: ({ content }) => inlineText(content).split('\n'),
  fromMarkdown: {
    code({ lang, text }) {
      // marked includes the newline after an empty last line.
      const code = text.replace(/\n$/, '');
      const name = lang?.trim().split(/\s/)[0];
      return [
        {
          type: 'codeBlock',
          ...(name && language(name) !== null && { attrs: { language: name } }),
          ...(code && { content: [{ type: 'text', text: code }] }),
        },
      ];
    },
  },
};

/**
 * Reads `<pre><code class="language-ts">`, as Markdown renderers write it, or GitHub's class around
 * the `pre`.
 */
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
  const name =
    pre.getAttribute('data-language') ??
    /(?:^|\s)(?:lang(?:uage)?|highlight-source)-(\S+)/.exec(classes)?.[1];
  return language(name) === null ? null : (name as string);
}
