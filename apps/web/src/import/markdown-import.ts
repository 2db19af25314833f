/** Reads a Markdown file as pasted Markdown is read, with the properties at its top and the images in it. */
import { type Block, MAX_MARKDOWN_LENGTH } from '@tandem/document';
import { lexMarkdown } from '@tandem/document/markdown-lexer';
import { fromMarkdown, fromMarkdownTokens } from '@tandem/document/markdown-reader';
import { EmbeddedData } from './embedded-data.ts';
import { splitTitle, withTexts } from './imported-blocks.ts';
import { addressOf, ImportedFiles } from './imported-files.ts';
import { type ImportedDocument, Losses } from './imported.ts';
import { placeReferences, type Surroundings } from './markdown-references.ts';

export interface MarkdownImportOptions {
  /** What a heading at the beginning has to be to be the title. Without it, any is. */
  readonly isTitle?: (heading: string) => boolean;
  /** The files with which it came. */
  readonly surroundings?: Surroundings;
  readonly files?: ImportedFiles;
}

export async function importMarkdown(
  markdown: string,
  { isTitle, surroundings, files = new ImportedFiles() }: MarkdownImportOptions = {},
): Promise<ImportedDocument> {
  const losses = new Losses();
  const data = new EmbeddedData(markdown.replace(/\r\n?/g, '\n'));
  const { title: property, text } = readProperties(data.text, losses);
  const source = readImages(lowerTitleImages(text), { data, files });
  const read = withTexts(await readBlocks(source, { surroundings, files, losses }), (words) =>
    data.restore(words),
  );
  const { title, blocks } = splitTitle([...read, ...unplacedImages(read, files, losses)], isTitle);
  return {
    title: title ?? property,
    blocks,
    files: files.list(),
    losses: losses.list(),
  };
}

async function readBlocks(
  source: string,
  {
    surroundings,
    ...found
  }: {
    readonly surroundings: Surroundings | undefined;
    readonly files: ImportedFiles;
    readonly losses: Losses;
  },
): Promise<readonly Block[]> {
  if (source.length > MAX_MARKDOWN_LENGTH) {
    found.losses.add('plain');
    return fromMarkdown(source);
  }
  const lexed = lexMarkdown(source);
  const tokens =
    surroundings === undefined ? lexed : await placeReferences(lexed, { surroundings, ...found });
  for (const token of tokens) countLosses(token, found.losses);
  return fromMarkdownTokens(tokens);
}

const PROPERTIES = /^\uFEFF?---[ \t]*\n([^]{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;

/** Jekyll, Hugo, Obsidian and others write properties of a page at its top, in YAML. Only a title is read. */
function readProperties(
  source: string,
  losses: Losses,
): { readonly title: string | null; readonly text: string } {
  const found = PROPERTIES.exec(source);
  const lines = found?.[1]?.split('\n') ?? [];
  if (found === null || !lines.some((line) => /^[\w-]+[ \t]*:/.test(line)))
    return { title: null, text: source };
  const written = lines.map((line) => /^title[ \t]*:[ \t]*(.+)$/i.exec(line)?.[1]).find(Boolean);
  const title = written?.trim().replace(/^(["'])(.*)\1$/, '$2') ?? null;
  losses.add(
    'properties',
    lines.filter((line) => /^[\w-]+[ \t]*:/.test(line) && !/^title[ \t]*:/i.test(line)).length,
  );
  return { title: title === '' ? null : title, text: source.slice(found[0].length) };
}

/** `![a](b)`, `![a][b]`, and the same inside of a link. */
const IMAGE =
  /(?:\[!\[[^\]\n]{0,300}\](?:\([^()\n]{0,2000}\)|\[[^\]\n]{0,300}\])\]|!\[[^\]\n]{0,300}\])(?:\([^()\n]{0,2000}\)|\[[^\]\n]{0,300}\])/g;

/** A title is text. Badges that stand in it go below. */
function lowerTitleImages(markdown: string): string {
  return markdown.replace(/^\s{0,100}#[ \t][^\n]{0,5000}/, (line) => {
    const images = line.match(IMAGE);
    return images === null ? line : `${line.replace(IMAGE, '').trimEnd()}\n\n${images.join(' ')}`;
  });
}

/** Images whose data is in the text become files, in the form in which the reader knows them. */
function readImages(
  markdown: string,
  { data, files }: { readonly data: EmbeddedData; readonly files: ImportedFiles },
): string {
  return markdown.replace(
    /!\[([^\]\n]{0,1000})\]\(<?([^\s<>()]{1,200})>?(?:[ \t]+"[^"\n]{0,1000}")?\)/g,
    (written, alt: string, address: string) => {
      const found = data.find(address);
      if (found === null) return written;
      const file = files.add(found, null);
      const isImage = file.kind === 'image';
      const there = addressOf(file, isImage && alt.trim() !== '' ? { alt: alt.trim() } : {});
      return `${isImage ? '!' : ''}[${alt}](${there})`;
    },
  );
}

/** An image in the middle of a line has no place in a text block. It is put at the end. */
function unplacedImages(
  blocks: readonly Block[],
  files: ImportedFiles,
  losses: Losses,
): readonly Block[] {
  const placed = new Set<unknown>();
  const visit = (block: Block): void => {
    if (block.type === 'quote') block.content?.forEach(visit);
    else if (block.type === 'image' || block.type === 'file') placed.add(block.attrs?.file);
  };
  blocks.forEach(visit);
  const rest = files.list().filter(({ id }) => !placed.has(id));
  losses.add('movedImages', rest.length);
  return rest.map(({ id, name, blob, type }) => ({
    type: /^image\/(?!svg)/.test(type) ? 'image' : 'file',
    attrs: { file: id, name, size: blob.size },
  }));
}

type Token = ReturnType<typeof lexMarkdown>[number];

const FORMATS = /^<\/?(?:b|strong|i|em|del|s|strike|br)\b/i;

function countLosses(token: Token, losses: Losses, isInLink = false): void {
  if (token.type === 'table') losses.add('tables');
  if (token.type === 'html' && !FORMATS.test(token.raw) && !/^\s*<!--/.test(token.raw))
    losses.add('html');
  if (token.type === 'image') {
    const { href } = token as { href: string };
    if (/^https?:/i.test(href)) losses.add(isInLink ? 'linkedImages' : 'remoteImages');
    else if (!href.startsWith('tandem-file:')) losses.add('missingImages');
  }
  const { tokens, items } = token as { tokens?: Token[]; items?: Token[] };
  for (const inner of [...(tokens ?? []), ...(items ?? [])])
    countLosses(inner, losses, isInLink || token.type === 'link');
}
