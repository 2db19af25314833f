import * as Y from 'yjs';
import { type Block, type Inline, type Mark, type RandomBytes, createBlockId } from './blocks.ts';
import {
  attributeNames,
  type BlockName,
  blockOfType,
  BLOCKS,
  definitionOf,
  isMarkName,
  MARK_NAMES,
  type MarkName,
  markVersion,
} from './nodes.ts';
import { attributeKey, AttributeIndex } from './stream/attributes.ts';
import { arrangePage } from './stream/blocks.ts';
import { type Formats, FormatTable } from './stream/formats.ts';
import { pageRoots } from './stream/roots.ts';
import {
  type ContentPart,
  iterateSegments,
  readSegments,
  type ShownBlock,
} from './stream/segments.ts';

/** Pages as blocks: reading them from the stream and writing them back (SPEC.md). */

/** Blocks without an id get one. */
export function writePage(doc: Y.Doc, blocks: readonly Block[], random: RandomBytes): void {
  const roots = pageRoots(doc);
  doc.transact(() => {
    roots.text.delete(0, roots.text.length);
    for (const key of [...roots.attributes.keys()]) roots.attributes.delete(key);
    appendBlocks(doc, blocks, random);
  });
}

/** Writes blocks below those of the page. A long page is written in parts, as updates that are not too large. */
export function appendBlocks(doc: Y.Doc, blocks: readonly Block[], random: RandomBytes): void {
  const { text, attributes } = pageRoots(doc);
  const containers: [id: string, outer: string][] = [];
  const delta = [...writeBlocks(blocks, null, { random, containers })];
  doc.transact(() => {
    text.applyDelta(text.length === 0 ? delta : [{ retain: text.length }, ...delta]);
    for (const [id, outer] of containers) attributes.set(attributeKey(id, 'in'), outer);
  });
}

/** Content that this version does not know is read as plain text (RD9). */
export function readPage(doc: Y.Doc): Block[] {
  const { text, attributes } = pageRoots(doc);
  const index = new AttributeIndex(attributes);
  const segments = readSegments({ text, attributes: index, formats: new FormatTable() });
  return wrapBlocks(
    arrangePage(segments).blocks.map((shown) => ({
      block: readBlock(shown),
      containers: index.containers(shown.attributes.in),
    })),
  );
}

/**
 * Yields the page's blocks without their wrappers. Reading is lazy until a block is shown elsewhere
 * than where it stands, so the beginning of a long page costs only what the beginning costs.
 */
export function* iterateBlocks(doc: Y.Doc): Generator<Block> {
  const { text, attributes } = pageRoots(doc);
  const index = new AttributeIndex(attributes);
  const source = { text, attributes: index, formats: new FormatTable() };
  let count = 0;
  for (const segment of iterateSegments(source)) {
    if (segment.slots.length > 0 || segment.attributes.at !== null) {
      yield* arrangePage(readSegments(source)).blocks.slice(count).map(readBlock);
      return;
    }
    if (segment.marker === null && segment.parts.length === 0) continue;
    const { blocks } = arrangePage([segment]);
    count += blocks.length;
    yield* blocks.map(readBlock);
  }
}

interface PlacedBlock {
  readonly block: Block;
  readonly containers: readonly string[];
}

/** Puts neighbours with the same container into one wrapper (RD8). */
function wrapBlocks(placed: readonly PlacedBlock[], depth = 0): Block[] {
  const blocks: Block[] = [];
  for (let start = 0; start < placed.length;) {
    const id = placed[start]!.containers[depth];
    let end = start + 1;
    if (id === undefined) {
      blocks.push(placed[start]!.block);
    } else {
      while (end < placed.length && placed[end]!.containers[depth] === id) end++;
      const content = wrapBlocks(placed.slice(start, end), depth + 1);
      blocks.push({ type: 'quote', attrs: { id }, content });
    }
    start = end;
  }
  return blocks;
}

export function readBlock({ id, attributes, content }: ShownBlock): Block {
  const type = blockOfType(attributes.type);
  const values = attributeNames(type).map((name) => [name, attributes[name]] as const);
  const inline = readContent(type, content);
  return {
    type,
    ...attrsOf({ id, ...Object.fromEntries(values) }),
    ...(inline.length > 0 && { content: inline }),
  } as Block;
}

function readContent(type: BlockName, parts: readonly ContentPart[]): Inline[] {
  const { content, marks } = BLOCKS[type];
  if (content === '') return [];
  if (marks !== '') return readInline(parts);
  const text = parts.map((part) => part.text).join('');
  return text === '' ? [] : [{ type: 'text', text }];
}

function attrsOf(values: Readonly<Record<string, unknown>>): { attrs?: Record<string, never> } {
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return entries.length > 0 ? { attrs: Object.fromEntries(entries) as Record<string, never> } : {};
}

function readInline(parts: readonly ContentPart[]): Inline[] {
  const content: Inline[] = [];
  for (const { text, formats } of parts) {
    const marks = readMarks(formats);
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) content.push({ type: 'hardBreak' });
      if (line !== '') appendText(content, line, marks);
    }
  }
  return content;
}

function appendText(content: Inline[], text: string, marks: readonly Mark[]): void {
  const last = content.at(-1);
  if (last?.type === 'text' && JSON.stringify(last.marks ?? []) === JSON.stringify(marks))
    content[content.length - 1] = { ...last, text: last.text + text };
  else content.push({ type: 'text', text, ...(marks.length > 0 && { marks }) });
}

/** Returns marks in the order of the table, without unknown or malformed ones (RD9). */
export function readMarks({ values }: Formats): Mark[] {
  const marks = Object.entries(values).flatMap(([key, value]) => {
    if (!isMarkName(key) || markVersion(key, value) === null) return [];
    return [{ type: key, ...(value !== true && { attrs: value }) } as Mark];
  });
  return marks.sort((a, b) => rank(a.type) - rank(b.type));
}

type Delta = { insert: string | object; attributes: Record<string, unknown> }[];

export interface Writing {
  readonly random: RandomBytes;
  readonly containers: [id: string, outer: string][];
}

export function* writeBlocks(
  blocks: readonly Block[],
  container: string | null,
  writing: Writing,
): Generator<Delta[number]> {
  for (const block of blocks) {
    const id = block.attrs?.id ?? createBlockId(writing.random);
    if (block.type === 'quote') {
      if (container !== null) writing.containers.push([id, container]);
      yield* writeBlocks(block.content ?? [], id, writing);
      continue;
    }
    yield {
      insert: writeMarker({ ...block, attrs: { ...block.attrs, id } }, container),
      attributes: {},
    };
    if ('content' in block) yield* writeInline(block.content ?? []);
  }
}

/**
 * The embed of a block other than a wrapper. It is `free`, since blocks written at once may be
 * moved apart (RD4).
 */
function writeMarker(block: Block, container: string | null): Record<string, unknown> {
  const { storage } = definitionOf(block);
  const type = storage.kind === 'marker' ? storage.type : null;
  const fields = { ...block.attrs, type, in: container, free: true };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

function* writeInline(content: readonly Inline[]): Generator<Delta[number]> {
  for (const node of content) {
    if (node.type === 'hardBreak') yield { insert: '\n', attributes: {} };
    else yield { insert: node.text, attributes: writeMarks(node.marks ?? []) };
  }
}

export function writeMarks(marks: readonly Mark[]): Record<string, unknown> {
  return Object.fromEntries(marks.map((mark) => [mark.type, 'attrs' in mark ? mark.attrs : true]));
}

function rank(name: MarkName): number {
  return MARK_NAMES.indexOf(name);
}
