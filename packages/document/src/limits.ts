/** Every limit of a document, with its unit. The editor keeps people inside them; the server refuses what is outside. */

/**
 * Containers around a block that are read: quotes in quotes, as many as Markdown has. Each block of a page can be in as
 * many of its own, at a few bytes each, and each is a wrapper to show.
 */
export const MAX_CONTAINERS = 30;
/**
 * Units of a page's stream: UTF-16 units of text, and one for each marker, slot and line break. Two people can each add
 * a last letter to a full page: stay far below in the editor.
 */
export const MAX_PAGE_LENGTH = 5_000_000;
/** Ranges of characters in one note of what an undo brought back (PM9). Bring back more, and write several notes. */
export const MAX_RESTORED_RANGES = 100_000;
/** The highest level of such a note. Write it again where one more would pass it: higher ones are refused. */
export const MAX_RESTORED_LEVEL = 1_000_000_000;
/** UTF-16 units. */
export const MAX_HREF_LENGTH = 4_096;
/** UTF-16 units of one Markdown source that is parsed; a longer one becomes plain paragraphs. */
export const MAX_MARKDOWN_LENGTH = 500_000;
/** UTF-16 units of one paragraph whose marks are parsed: hostile text costs quadratic time, about 0.04 s at this length. */
export const MAX_MARKDOWN_PARAGRAPH_LENGTH = 5_000;
/** Quotes and lists within each other that are parsed. */
export const MAX_MARKDOWN_DEPTH = 30;
/** Violations reported for one check. One is enough to refuse, a few are enough to explain. */
export const MAX_VIOLATIONS = 20;
/** UTF-16 units of a foreign name that are repeated to people and logs. */
export const MAX_REPORTED_NAME_LENGTH = 80;

/** Entries shown of any Yjs document, in all. */
export const MAX_TREE_ENTRIES = 1_000;
/** Entries shown of one map, array or element. */
export const MAX_TREE_CHILDREN = 100;
/** Types within types that are shown. */
export const MAX_TREE_DEPTH = 20;
/** UTF-16 units shown of one value or text. */
export const MAX_TREE_PREVIEW_LENGTH = 200;
