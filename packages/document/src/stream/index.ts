/** What an editor needs to be bound to a page's stream. */
export { attributeNames, blockOfType, BLOCKS, findBlockDefinition, holdsText } from '../nodes.ts';
export { attributeKey, AttributeIndex, type BlockAttributes } from './attributes.ts';
export { arrangePage, type ArrangedPage, type BlockGroup } from './blocks.ts';
export { markerOf, slotEmbed, type Slot, slotOf } from './embeds.ts';
export { type Formats, FormatTable } from './formats.ts';
export { pageRoots, type PageRoots } from './roots.ts';
export {
  type ContentPart,
  type EarlierReading,
  readSegments,
  rereadSegment,
  type Segment,
  type ShownBlock,
  type SlotPart,
} from './segments.ts';
export { readMarks, writeMarks } from '../page.ts';
