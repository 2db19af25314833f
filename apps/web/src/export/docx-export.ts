/** A document as a DOCX file, made of blocks directly. Loaded when it is first used, with a large library. */
import {
  type Block,
  headingLevel,
  type ImageBlock,
  ListCounter,
  type TextBlock,
} from '@tandem/document';
import {
  CheckBox,
  Document,
  ExternalHyperlink,
  HeadingLevel,
  ImageRun,
  type ILevelsOptions,
  type IParagraphOptions,
  LevelFormat,
  Packer,
  Paragraph,
  type ParagraphChild,
  TextRun,
} from 'docx';
import { type DocxImage, toDocxImage } from './docx-image.ts';

export interface DocxOptions {
  readonly title: string;
  /** Images by the id of their file. */
  readonly images: ReadonlyMap<string, Blob>;
}

const HEADINGS = {
  1: HeadingLevel.HEADING_1,
  2: HeadingLevel.HEADING_2,
  3: HeadingLevel.HEADING_3,
} as const;

/** Twentieths of a point, as all lengths here. */
const INDENT = 360;
const MAX_LEVEL = 8;
/** In pixels: between the margins of a page of A4. */
const MAX_IMAGE_WIDTH = 600;
const CODE_FONT = 'Courier New';

export async function toDocx(
  blocks: readonly Block[],
  { title, images }: DocxOptions,
): Promise<Blob> {
  const writer = new DocxWriter(await toDocxImages(images));
  const content = writer.write(blocks);
  return await Packer.toBlob(
    new Document({
      title,
      creator: 'Tandem',
      styles: STYLES,
      numbering: { config: writer.lists },
      sections: [
        {
          children: [
            new Paragraph({ heading: HeadingLevel.TITLE, ...directionOf(title), text: title }),
            ...content,
          ],
        },
      ],
    }),
  );
}

async function toDocxImages(images: ReadonlyMap<string, Blob>): Promise<Map<string, DocxImage>> {
  const converted = new Map<string, DocxImage>();
  for (const [id, blob] of images) {
    const image = await toDocxImage(blob);
    if (image !== null) converted.set(id, image);
  }
  return converted;
}

interface OpenList {
  readonly reference: string;
  number: number;
}

class DocxWriter {
  readonly lists: { reference: string; levels: ILevelsOptions[] }[] = [
    { reference: 'bullet', levels: levelsOf((level) => bulletLevel(level)) },
  ];
  readonly #images: ReadonlyMap<string, DocxImage>;
  /** The ordered list of each level that goes on. */
  #open: (OpenList | undefined)[] = [];

  constructor(images: ReadonlyMap<string, DocxImage>) {
    this.#images = images;
  }

  write(blocks: readonly Block[], quotes = 0): Paragraph[] {
    const numbers = new ListCounter();
    return blocks.flatMap((block) => {
      const number = numbers.next(block);
      switch (block.type) {
        case 'textBlock':
          return this.#writeText(block, number, quotes);
        case 'quote':
          return this.write(block.content ?? [], quotes + 1);
        case 'codeBlock': {
          const code = block.content?.map(({ text }) => text).join('') ?? '';
          return code
            .split('\n')
            .map((line) => new Paragraph({ style: 'SourceCode', children: [new TextRun(line)] }));
        }
        case 'divider':
          return new Paragraph({ thematicBreak: true });
        case 'image':
          return this.#writeImage(block);
        case 'file':
          return new Paragraph({
            children: [
              new TextRun([block.attrs?.name, block.attrs?.caption].filter(Boolean).join(': ')),
            ],
          });
      }
    });
  }

  #writeText(block: TextBlock, number: number | null, quotes: number): Paragraph {
    const { kind, list, indent, checked } = block.attrs ?? {};
    const level = Math.min(indent ?? 0, MAX_LEVEL);
    const heading = headingLevel(kind);
    const options: IParagraphOptions = {
      ...(heading === null
        ? quotes > 0 && { style: 'Quote', indent: { left: INDENT * (quotes + level) } }
        : { heading: HEADINGS[heading] }),
      ...(list === 'bullet' && { numbering: { reference: 'bullet', level } }),
      ...(list === 'ordered' && {
        numbering: { reference: this.#listOf(level, number ?? 1), level },
      }),
      ...(list === 'task' && { indent: { left: INDENT * (quotes + level + 1), hanging: INDENT } }),
      ...(!list && quotes === 0 && level > 0 && { indent: { left: INDENT * level } }),
      ...directionOf(textOf(block)),
    };
    const box =
      list === 'task' ? [new CheckBox({ checked: checked === true }), new TextRun(' ')] : [];
    return new Paragraph({ ...options, children: [...box, ...inlineOf(block)] });
  }

  /** Word counts by itself: an item with another number than the next begins a list. */
  #listOf(level: number, number: number): string {
    this.#open = this.#open.slice(0, level + 1);
    const open = this.#open[level];
    if (open !== undefined && number === open.number + 1) {
      open.number = number;
      return open.reference;
    }
    const reference = `ordered-${this.lists.length}`;
    this.lists.push({
      reference,
      levels: levelsOf((each) => orderedLevel(each, each === level ? number : 1)),
    });
    this.#open[level] = { reference, number };
    return reference;
  }

  #writeImage({ attrs = {} }: ImageBlock): Paragraph[] {
    const image = this.#images.get(attrs.file ?? '');
    const words = attrs.alt ?? attrs.name ?? '';
    if (image === undefined) return [new Paragraph({ text: `[${words}]` })];
    const shown = Math.min(MAX_IMAGE_WIDTH, attrs.displayWidth ?? image.width);
    const run = new ImageRun({
      type: image.type,
      data: image.bytes,
      transformation: {
        width: shown,
        height: Math.max(1, Math.round((image.height / image.width) * shown)),
      },
      altText: { name: attrs.name ?? 'image', title: words, description: words },
    });
    const caption = attrs.caption ? [new Paragraph({ style: 'Caption', text: attrs.caption })] : [];
    return [new Paragraph({ children: [run] }), ...caption];
  }
}

function inlineOf({ content = [] }: TextBlock): ParagraphChild[] {
  return content.map((node) => {
    if (node.type === 'hardBreak') return new TextRun({ break: 1 });
    const marks = new Map(node.marks?.map((mark) => [mark.type, mark]));
    const link = marks.get('link');
    const run = new TextRun({
      text: node.text,
      ...(marks.has('bold') && { bold: true }),
      ...(marks.has('italic') && { italics: true }),
      ...(marks.has('strike') && { strike: true }),
      ...(marks.has('code') ? { style: 'VerbatimChar' } : link && { style: 'Hyperlink' }),
    });
    return link?.type === 'link'
      ? new ExternalHyperlink({ link: link.attrs.href, children: [run] })
      : run;
  });
}

function textOf({ content = [] }: TextBlock): string {
  return content.map((node) => (node.type === 'text' ? node.text : ' ')).join('');
}

/** By the first letter that has a direction, as on the screen. */
function directionOf(text: string): { bidirectional?: true } {
  const first = /[\p{L}\p{Nl}]/u.exec(text)?.[0] ?? '';
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(first) ? { bidirectional: true } : {};
}

function levelsOf(level: (level: number) => ILevelsOptions): ILevelsOptions[] {
  return Array.from({ length: MAX_LEVEL + 1 }, (_, index) => level(index));
}

const indentOf = (level: number) => ({
  paragraph: { indent: { left: INDENT * (level + 1), hanging: INDENT } },
});

function bulletLevel(level: number): ILevelsOptions {
  return { level, format: LevelFormat.BULLET, text: '•', style: indentOf(level) };
}

const ORDERED = [LevelFormat.DECIMAL, LevelFormat.LOWER_LETTER, LevelFormat.LOWER_ROMAN] as const;

function orderedLevel(level: number, start: number): ILevelsOptions {
  const format = ORDERED[level % ORDERED.length]!;
  return { level, format, text: `%${level + 1}.`, start, style: indentOf(level) };
}

const STYLES = {
  default: {
    document: { run: { font: 'Calibri', size: 22 }, paragraph: { spacing: { after: 120 } } },
    title: { run: { size: 48, bold: true } },
    heading1: { run: { size: 32, bold: true }, paragraph: { spacing: { before: 320 } } },
    heading2: { run: { size: 27, bold: true }, paragraph: { spacing: { before: 260 } } },
    heading3: { run: { size: 23, bold: true }, paragraph: { spacing: { before: 200 } } },
  },
  paragraphStyles: [
    {
      id: 'Quote',
      name: 'Quote',
      basedOn: 'Normal',
      quickFormat: true,
      run: { italics: false, color: '444444' },
      paragraph: { indent: { left: INDENT } },
    },
    {
      id: 'SourceCode',
      name: 'Source Code',
      basedOn: 'Normal',
      quickFormat: true,
      run: { font: CODE_FONT, size: 19 },
      paragraph: { spacing: { after: 0 }, keepLines: true },
    },
    { id: 'Caption', name: 'Caption', basedOn: 'Normal', run: { size: 18, color: '444444' } },
  ],
  characterStyles: [{ id: 'VerbatimChar', name: 'Verbatim Char', run: { font: CODE_FONT } }],
} as const;
