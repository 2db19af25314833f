export {
  type Block,
  createBlockId,
  type FileBlock,
  type ImageBlock,
  type Inline,
  inlineText,
  type Kind,
  type List,
  type TextBlock,
} from './blocks.ts';
export { describeRoots, type RootTree, type TreeEntry } from './data-tree.ts';
export { searchableText, type DocumentLink } from './document-links.ts';
export { referencedFiles } from './files.ts';
export { safeHref } from './href.ts';
export { toBoundedHtml } from './bounded-html.ts';
export { htmlPage, PAGE_STYLES, toHtmlPage } from './html-page.ts';
export { toHtml } from './html.ts';
export { SPACE_STYLE } from './nodes/text-block.ts';
export { findLinks } from './link-finder.ts';
export {
  MAX_CAPTION_LENGTH,
  MAX_MARKDOWN_LENGTH,
  MAX_PAGE_LENGTH,
  MAX_RESTORED_LEVEL,
  MAX_RESTORED_RANGES,
} from './limits.ts';
export { listLabel, listLevel } from './list-labels.ts';
export {
  ListCounter,
  type ListNumbers,
  listNumbersAfter,
  NO_LIST_NUMBERS,
  withoutImpliedStarts,
} from './list-numbers.ts';
export { headingLevel, MAX_INDENT, SCHEMA_VERSION } from './nodes.ts';
export { appendBlocks, readPage, writePage } from './page.ts';
export { neededSchema, neededSchemaOfChange } from './schema-version.ts';
export { pageRoots } from './stream/roots.ts';
export { excerpt, readableText } from './text.ts';
export { inspectPage, validateChange, validatePage } from './validation.ts';
