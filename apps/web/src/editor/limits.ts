/** All limits and timings of the editor, with their units. */

export const CURSOR_INTERVAL_MS = 33;
export const CURSOR_LABEL_MS = 2_500;
export const CURSOR_HOVER_PX = 6;
/**
 * Above this number of blocks, a page is split into sections that the browser may skip off screen.
 */
export const LONG_DOCUMENT_BLOCKS = 300;
export const SECTION_BLOCKS = { least: 20, usual: 50, most: 80 };
export const MAX_HIGHLIGHT_CHARS = 50_000;
export const UNDO_GROUP_MS = 500;
/** Delay before held changes are shown after a composition: ProseMirror reads the text by then. */
export const COMPOSITION_END_MS = 50;
export const LINK_HOVER_MS = 250;
export const CODE_INDENT = '  ';
/** A browser takes seconds to lay out a longer line, so such a text is not pasted. */
export const MAX_PASTED_LINE_LENGTH = 500_000;
/** How far input rules look back; also the longest address that they recognise. */
export const MAX_RULE_CHARS = 4_200;
