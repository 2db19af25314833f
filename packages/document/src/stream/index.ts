/** The stream of a page, for an editor that is bound to it. */
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
