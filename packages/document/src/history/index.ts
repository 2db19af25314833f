/** What changed in a page between two moments, and how to bring one back. */
export {
  type AttributeChange,
  type DifferenceBlock,
  differenceBetween,
  type DifferenceRun,
} from './difference.ts';
export { IdRanges } from './id-ranges.ts';
export { type Restoration, restorationOf } from './restoring.ts';
