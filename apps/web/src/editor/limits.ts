/** How often, how long and how much: every figure of the editor, with its unit. */

/** Local cursor positions are published at most this often; the latest wins. */
export const CURSOR_INTERVAL_MS = 33;
/** A person's name stays beside the cursor this long after it moved. */
export const CURSOR_LABEL_MS = 2_500;
/** How close the pointer must come to a cursor for its name to appear. */
export const CURSOR_HOVER_PX = 6;
/** Above this many blocks a page is cut into sections, and the browser is told to skip those off screen. */
export const LONG_DOCUMENT_BLOCKS = 300;
/** Blocks in one section of a long page. */
export const SECTION_BLOCKS = { least: 20, usual: 50, most: 80 };
/** Code above this size is shown without colours. */
export const MAX_HIGHLIGHT_CHARS = 50_000;
/** Edits to one document within this time are one step of undo. */
export const UNDO_GROUP_MS = 500;
/** What an input method held back is shown this long after it has finished: ProseMirror reads its text by then. */
export const COMPOSITION_END_MS = 50;
/** A link popover waits this long before it follows the pointer, and before it leaves. */
export const LINK_HOVER_MS = 250;
/** Spaces that Tab writes in a code block. */
export const CODE_INDENT = '  ';
/** A browser needs seconds to lay out a longer line: such a text is not pasted. */
export const MAX_PASTED_LINE_LENGTH = 500_000;
/** Input rules look back this far: an address may be as long. */
export const MAX_RULE_CHARS = 4_200;
