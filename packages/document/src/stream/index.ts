/** The API with which an editor binds to a page's stream. */
export { attributeNames, blockOfType, BLOCKS, findBlockDefinition, holdsText } from '../nodes.ts';
export { attributeKey, AttributeIndex } from './attributes.ts';
export { arrangePage, type ArrangedPage, type BlockGroup } from './blocks.ts';
export { markerOf, slotEmbed } from './embeds.ts';
export { type Formats, FormatTable } from './formats.ts';
export { type PageRoots } from './roots.ts';
export {
  type ContentPart,
  readSegments,
  rereadSegment,
  type Segment,
  type ShownBlock,
  type SlotPart,
} from './segments.ts';
export { readMarks, writeMarks } from '../page.ts';
