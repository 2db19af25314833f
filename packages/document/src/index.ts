export { createBlockId } from './block-id.ts';
export type { Block, Kind, List, TextBlock } from './blocks.ts';
export { describeRoots, type RootTree, type TreeEntry } from './data-tree.ts';
export { inspectPage } from './guard.ts';
export { safeHref } from './href.ts';
export { toHtml } from './html.ts';
export { findLinks } from './link-finder.ts';
export {
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
export { readPage, writePage } from './page.ts';
export { readableText } from './readable-text.ts';
export { neededSchema, neededSchemaOfChange } from './schema-version.ts';
export { pageRoots } from './stream/roots.ts';
export { excerpt } from './text.ts';
export { validateChange, validatePage } from './validation.ts';
