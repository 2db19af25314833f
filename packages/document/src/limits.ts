/**
 * Document limits with their units. The editor keeps people within them; the server refuses what
 * exceeds them.
 */

/**
 * Nesting depth of containers that are read, as Markdown's own limit for quotes. Each block can be
 * in as many containers of its own, at a few bytes each, and each container is a wrapper to render.
 */
export const MAX_CONTAINERS = 30;
/**
 * Units of a page's stream: UTF-16 units of text, and one for each marker, slot and line break. Two
 * people can each add a last letter to a full page, so the editor stops far below this.
 */
export const MAX_PAGE_LENGTH = 5_000_000;
/** Character ranges in one note of restored text (PM9). Larger restorations need several notes. */
export const MAX_RESTORED_RANGES = 100_000;
/** The highest level of such a note. Write the note again where the next level would exceed it. */
export const MAX_RESTORED_LEVEL = 1_000_000_000;
/** UTF-16 units. */
export const MAX_HREF_LENGTH = 4_096;
/** Characters of the name of a file, and of the caption and the alternative text of an image (PM11). */
export const MAX_FILE_NAME_LENGTH = 200;
export const MAX_CAPTION_LENGTH = 1_000;
/** In bytes. */
export const MAX_FILE_SIZE = 1_000_000_000_000;
/** Pixels. */
export const MAX_IMAGE_SIDE = 100_000;
/** UTF-16 units of one Markdown source that is parsed; a longer source becomes plain paragraphs. */
export const MAX_MARKDOWN_LENGTH = 500_000;
/**
 * UTF-16 units of one paragraph whose marks are parsed: hostile text costs quadratic time, about
 * 0.04 s at this length.
 */
export const MAX_MARKDOWN_PARAGRAPH_LENGTH = 5_000;
export const MAX_MARKDOWN_DEPTH = 30;
/** Violations reported per check: one is enough to refuse, a few are enough to explain. */
export const MAX_VIOLATIONS = 20;
export const MAX_REPORTED_NAME_LENGTH = 80;

export const MAX_TREE_ENTRIES = 1_000;
export const MAX_TREE_CHILDREN = 100;
export const MAX_TREE_DEPTH = 20;
/** UTF-16 units shown per value or text. */
export const MAX_TREE_PREVIEW_LENGTH = 200;
