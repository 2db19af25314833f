/** Finds what a Markdown text links to, and what can be linked to in it. As GitHub reads it. */

export interface Link {
  /** As written, without its title. */
  readonly target: string;
  /** Counted from 1. */
  readonly line: number;
}

const INLINE = /\]\(\s*<?([^\s<>()]*(?:\([^\s)]*\)[^\s<>)]*)*)>?(?:\s+["'(][^)]*)?\s*\)/g;
const DEFINITION = /^ {0,3}\[(?!\^)[^\]]+\]:\s*<?([^\s>]+)>?/;
const ATTRIBUTE = /<(?:a|img|source|video)\s[^>]*?(?:href|src|srcset)=["']([^"']+)["']/gi;

export function linksOf(markdown: string): Link[] {
  return proseLines(markdown).flatMap((text, index) => {
    const definition = DEFINITION.exec(text)?.[1];
    const found = [...text.matchAll(INLINE), ...text.matchAll(ATTRIBUTE)].map((match) => match[1]);
    return [...found, definition]
      .filter((target) => target !== undefined)
      .map((target) => ({ target, line: index + 1 }));
  });
}

/** What may stand after a `#`: the slug of each heading, and each `id` or `name`. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  const lines = proseLines(markdown, 'keep code spans');
  for (const [index, line] of lines.entries()) {
    for (const [, id] of line.matchAll(/\s(?:id|name)=["']([^"']+)["']/g)) anchors.add(id!);
    const underlined = /^(=+|-{2,})\s*$/.test(lines[index + 1] ?? '') && /^[^\s#>|-]/.test(line);
    const heading =
      /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(line)?.[1] ?? (underlined ? line : undefined);
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const repeats = seen.get(slug) ?? 0;
    seen.set(slug, repeats + 1);
    anchors.add(repeats === 0 ? slug : `${slug}-${repeats}`);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]+>/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** The lines, with code and comments blanked out, so that line numbers stay right. */
function proseLines(
  markdown: string,
  spans: 'drop code spans' | 'keep code spans' = 'drop code spans',
): string[] {
  let fence: string | undefined;
  const uncommented = markdown.replaceAll(/<!--[\s\S]*?-->/g, (comment) =>
    comment.replaceAll(/[^\n]/g, ''),
  );
  return uncommented.split(/\r?\n/).map((line) => {
    const mark = /^\s*(?:>\s*)*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
      return '';
    }
    if (mark !== undefined) {
      fence = mark;
      return '';
    }
    return spans === 'keep code spans' ? line : line.replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
  });
}
