/**
 * Images and links in a Markdown file that lead to other files of the same zip file: images and attachments become blocks,
 * and links to documents name them. Reads `![[image.png]]` and `[[Page]]`, too. Works on the lexer's tokens, so that code
 * stays as it is.
 */
import { MAX_CAPTION_LENGTH } from '@tandem/document';
import { truncateText } from '@tandem/protocol';
import { type AddedFile, addressOf, type ImportedFiles } from './imported-files.ts';
import type { ImportedFile, Losses } from './imported.ts';
import type { FoundAddress } from './markdown-folder.ts';
import { nameIn, spellOut } from './markdown-names.ts';
import {
  beginsLine,
  type Cell,
  endsLine,
  hasWords,
  type Parts,
  partsOf,
  type Token,
  tokenOf,
  withoutBreaks,
  wordsOf,
} from './markdown-tokens.ts';

export interface Surroundings {
  readonly find: (address: string) => FoundAddress;
  readonly findByName: (name: string) => FoundAddress;
  /** Null for a file that is damaged or too large, which it counts. */
  readonly load: (path: string) => Promise<Pick<ImportedFile, 'name' | 'type' | 'blob'> | null>;
}

interface Options {
  readonly surroundings: Surroundings;
  readonly files: ImportedFiles;
  readonly losses: Losses;
}

export async function placeReferences(
  tokens: readonly Token[],
  { surroundings, files, losses }: Options,
): Promise<Token[]> {
  const spelt = spellOut(tokens);
  const found = new Map<Token, FoundAddress>();
  for (const token of referencesIn(spelt)) {
    const { href = '', isName } = partsOf(token);
    const target = isName ? surroundings.findByName(nameIn(href)) : surroundings.find(href);
    if (target.kind !== 'elsewhere') found.set(token, target);
  }
  const loaded = new Map<string, AddedFile | null>();
  for (const target of found.values()) {
    if (target.kind !== 'attachment' || loaded.has(target.path)) continue;
    const file = await surroundings.load(target.path);
    loaded.set(target.path, file && files.add(file, file.name));
  }
  return new Placing({ found, loaded, losses }).blocks(spelt);
}

function* referencesIn(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    const { type, tokens: inner, items, header, rows } = partsOf(token);
    if (type === 'image' || type === 'link') yield token;
    if (type !== 'image') yield* referencesIn(inner ?? []);
    yield* referencesIn(items ?? []);
    for (const cell of [...(header ?? []), ...(rows ?? []).flat()])
      yield* referencesIn(cell.tokens);
  }
}

class Placing {
  readonly #found: ReadonlyMap<Token, FoundAddress>;
  readonly #loaded: ReadonlyMap<string, AddedFile | null>;
  readonly #losses: Losses;
  /** Attachments that a text names again and again stand in it once. */
  readonly #placed = new Set<string>();

  constructor({
    found,
    loaded,
    losses,
  }: {
    readonly found: ReadonlyMap<Token, FoundAddress>;
    readonly loaded: ReadonlyMap<string, AddedFile | null>;
    readonly losses: Losses;
  }) {
    this.#found = found;
    this.#loaded = loaded;
    this.#losses = losses;
  }

  blocks(tokens: readonly Token[]): Token[] {
    return tokens.flatMap((token) => {
      const { type, tokens: inner = [] } = partsOf(token);
      switch (type) {
        case 'paragraph':
          return this.#paragraph(token);
        case 'heading':
        case 'text':
          return this.#line(token);
        case 'blockquote':
          return [{ ...token, tokens: this.blocks(inner) } as Token];
        case 'list':
          return this.#list(token);
        case 'table':
          return this.#table(token);
        default:
          return [token];
      }
    });
  }

  /** Lines that are a file and nothing else divide it. */
  #paragraph(token: Token): Token[] {
    const blocks: Token[] = [];
    let line: Token[] = [];
    const flush = (): void => {
      const { tokens, files } = this.#inline(line);
      if (hasWords(tokens)) blocks.push({ ...token, tokens: withoutBreaks(tokens) });
      blocks.push(...this.#lowered(files, hasWords(tokens)));
      line = [];
    };
    const { tokens = [] } = partsOf(token);
    for (const [index, inline] of tokens.entries()) {
      const isApart = endsLine(line.at(-1)) && beginsLine(tokens[index + 1]);
      const file = isApart ? this.#fileOf(inline) : null;
      if (file === null) {
        line.push(inline);
        continue;
      }
      flush();
      blocks.push(paragraphOf(file));
    }
    flush();
    return blocks;
  }

  /** What has to stay one block, above the files in it. */
  #line(token: Token): Token[] {
    const { tokens, files } = this.#inline(partsOf(token).tokens ?? []);
    return [{ ...token, tokens: withoutBreaks(tokens) }, ...this.#lowered(files, hasWords(tokens))];
  }

  /** An item that is a file and nothing else stands between two lists. */
  #list(token: Token): Token[] {
    const blocks: Token[] = [];
    let items: Token[] = [];
    const flush = (): void => {
      if (items.length > 0)
        blocks.push({ ...token, ...(blocks.length > 0 && { start: '' }), items });
      items = [];
    };
    for (const item of partsOf(token).items ?? []) {
      const [first, ...rest] = this.#item(partsOf(item).tokens ?? []);
      const { type, tokens = [] } = first === undefined ? { type: '' } : partsOf(first);
      const isFile = type === 'text' && rest.length > 0 && rest.every(isFileParagraph);
      if (isFile && !hasWords(tokens)) {
        flush();
        blocks.push(...rest);
      } else items.push({ ...item, tokens: first === undefined ? [] : [first, ...rest] });
    }
    flush();
    return blocks;
  }

  /** Begins with the item's own line, which is text. */
  #item(tokens: readonly Token[]): Token[] {
    const [first, ...rest] = tokens.filter(({ type }) => type !== 'space' && type !== 'checkbox');
    if (first?.type !== 'paragraph' && first?.type !== 'text') return this.blocks(tokens);
    return [...this.#line({ ...first, type: 'text' }), ...this.blocks(rest)];
  }

  #table(token: Token): Token[] {
    const { header = [], rows = [] } = partsOf(token);
    const lowered: Token[] = [];
    const cells = (row: Cell[]): Cell[] =>
      row.map((cell) => {
        const { tokens, files } = this.#inline(cell.tokens);
        lowered.push(...files);
        return { ...cell, tokens };
      });
    const table = { ...token, header: cells(header), rows: rows.map(cells) } as unknown as Token;
    return [table, ...this.#lowered(lowered, true)];
  }

  #lowered(files: readonly Token[], isInText: boolean): Token[] {
    if (isInText) this.#losses.add('loweredFiles', files.length);
    return files.map(paragraphOf);
  }

  /** The words of a line, and the files that cannot be in it. */
  #inline(tokens: readonly Token[]): { readonly tokens: Token[]; readonly files: Token[] } {
    const files: Token[] = [];
    const visit = (token: Token): Token[] => {
      const target = this.#found.get(token);
      const parts = partsOf(token);
      const inside = (): Token[] => (parts.tokens ?? []).flatMap(visit);
      if (target === undefined && parts.tokens === undefined) return [token];
      if (parts.type === 'image') {
        if (target === undefined) return [token];
        const file = this.#fileOf(token);
        if (file !== null) files.push(file);
        return file === null ? this.#imageWords(parts, target) : [];
      }
      if (target === undefined) {
        const words = inside();
        const isEmpty = parts.type === 'link' && !hasWords(words);
        if (isEmpty) this.#losses.add('imageLinks');
        return isEmpty ? [] : [{ ...token, tokens: words }];
      }
      if (target.kind === 'document')
        return [tokenOf({ ...parts, href: `/d/${target.id}`, tokens: inside() })];
      if (target.kind === 'nothing') this.#losses.add('missingLinks');
      const file = this.#fileOf(token);
      if (file !== null) files.push(file);
      return inside();
    };
    return { tokens: tokens.flatMap(visit), files };
  }

  /** A document that is shown inside of another one becomes a link. */
  #imageWords({ text = '', href = '', tokens = [] }: Parts, target: FoundAddress): Token[] {
    if (target.kind === 'document') {
      this.#losses.add('shownDocuments');
      return [tokenOf({ type: 'link', href: `/d/${target.id}`, title: null, text, tokens })];
    }
    // A file that could not be read is counted already.
    if (target.kind !== 'attachment') this.#losses.add('missingImages');
    return tokens.length > 0 ? tokens : [wordsOf(text || href)];
  }

  /** The file of an image or a link, as the reader of Markdown knows files; null for anything else. */
  #fileOf(token: Token): Token | null {
    const target = this.#found.get(token);
    if (target?.kind !== 'attachment') return null;
    const file = this.#loaded.get(target.path) ?? null;
    const { type, text = '', title, isName = false } = partsOf(token);
    if (file === null || (type === 'link' && this.#placed.has(target.path))) return null;
    this.#placed.add(target.path);
    const { words, width } = type === 'image' ? sizeIn(text, isName) : { words: '', width: null };
    const href = addressOf(file, {
      ...(file.kind === 'image' && words !== '' && { alt: fit(words) }),
      ...(file.kind === 'image' && width !== null && { displayWidth: width }),
      ...(title && { caption: fit(title) }),
    });
    const kind = file.kind === 'image' ? 'image' : 'link';
    return tokenOf({
      type: kind,
      href,
      title: null,
      text: file.name,
      tokens: [wordsOf(file.name)],
    });
  }
}

/** `words|300` and `words|300x200`, in pixels. Only a name may have a width without words. */
function sizeIn(
  text: string,
  isName: boolean,
): { readonly words: string; readonly width: string | null } {
  const found = /^(?:([^|]*)\|)?\s*(\d{1,5})(?:x\d{1,5})?\s*$/.exec(text);
  return found === null || (found[1] === undefined && !isName)
    ? { words: text.trim(), width: null }
    : { words: (found[1] ?? '').trim(), width: found[2]! };
}

function fit(words: string): string {
  return truncateText(words.replace(/\s+/g, ' ').trim(), MAX_CAPTION_LENGTH);
}

function paragraphOf(file: Token): Token {
  return tokenOf({ type: 'paragraph', text: '', tokens: [file] });
}

function isFileParagraph(token: Token): boolean {
  const { type, tokens = [] } = partsOf(token);
  const [only, ...others] = tokens;
  const isFile = only !== undefined && partsOf(only).href?.startsWith('tandem-file:') === true;
  return type === 'paragraph' && isFile && others.length === 0;
}
