export { createBlockId, type RandomBytes } from './block-id.ts';
export type {
  Block,
  CodeBlock,
  Divider,
  HardBreak,
  Inline,
  Kind,
  List,
  Mark,
  QuoteBlock,
  Text,
  TextBlock,
} from './blocks.ts';
export { describeRoots, type RootTree, type TreeEntry } from './data-tree.ts';
export { inspectPage, type Inspection } from './guard.ts';
export { safeHref } from './href.ts';
export { toHtml } from './html.ts';
export { findLinks, type FoundLink } from './link-finder.ts';
export {
  MAX_HREF_LENGTH,
  MAX_MARKDOWN_LENGTH,
  MAX_PAGE_LENGTH,
  MAX_RESTORED_LEVEL,
  MAX_RESTORED_RANGES,
} from './limits.ts';
export {
  ListCounter,
  listLabel,
  listLevel,
  type ListNumbers,
  listNumbersAfter,
  NO_LIST_NUMBERS,
  type NumberedBlock,
  withoutImpliedStarts,
} from './list-numbers.ts';
export { migratePage, type Migration } from './migrations.ts';
export { headingLevel, MAX_INDENT, MAX_START, SCHEMA_VERSION } from './nodes.ts';
export { readPage, schemaVersion, writePage } from './page.ts';
export { readableText } from './readable-text.ts';
export { pageRoots, type PageRoots } from './stream/roots.ts';
export { excerpt, outline, plainText, wordCount, type BlockSource, type Heading } from './text.ts';
export { validateChange, validatePage, type Violation } from './validation.ts';
