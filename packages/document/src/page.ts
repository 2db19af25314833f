import * as Y from 'yjs';
import { createBlockId, type RandomBytes } from './block-id.ts';
import type { Block, Inline, Mark, Text, TextBlock } from './blocks.ts';
import {
  MARK_NAMES,
  type MarkName,
  markSpec,
  mayContain,
  nodeSpec,
  SCHEMA_VERSION,
} from './nodes.ts';

/**
 * A page in Yjs: its two roots, and the way to blocks and back.
 *
 * The encoding is y-tiptap's. A block is a Y.XmlElement; its attributes are the element's, without those that are null;
 * a run of text is one Y.XmlText with marks as formatting (`bold: {}`, `link: {href}`); a hard break is an element
 * between two texts. An empty block has no children. A merge may leave two texts side by side; they read as one.
 */

const SCHEMA_VERSION_KEY = 'schemaVersion';

export interface PageRoots {
  readonly content: Y.XmlFragment;
  readonly meta: Y.Map<unknown>;
}

/** The roots of a page, defined on first use. Throws when other code has defined them as other types. */
export function pageRoots(doc: Y.Doc): PageRoots {
  return { content: doc.getXmlFragment('content'), meta: doc.getMap('meta') };
}

/** The schema version that the page was last written with; 1 where nothing says so. */
export function schemaVersion({ meta }: PageRoots): number {
  const version = meta.get(SCHEMA_VERSION_KEY);
  return isSchemaVersion(version) ? version : 1;
}

export function setSchemaVersion({ meta }: PageRoots, version: number): void {
  meta.set(SCHEMA_VERSION_KEY, version);
}

/** Whether `meta` may hold the entry: the page's schema version, up to ours, and nothing else. */
export function isMetaEntry(key: string, value: unknown): boolean {
  return key === SCHEMA_VERSION_KEY && isSchemaVersion(value) && value <= SCHEMA_VERSION;
}

/** Replaces the page's content in one transaction. Blocks without an id are given one. */
export function writePage(doc: Y.Doc, blocks: readonly Block[], random: RandomBytes): void {
  const roots = pageRoots(doc);
  doc.transact(() => {
    roots.content.delete(0, roots.content.length);
    roots.content.insert(
      0,
      blocks.map((block) => writeBlock(block, random)),
    );
    setSchemaVersion(roots, SCHEMA_VERSION);
  });
}

/** The page's blocks. What this version does not know is read as the text that it holds. */
export function readPage(doc: Y.Doc): Block[] {
  return [...readBlocks(pageRoots(doc).content)];
}

/** The blocks of a page one by one, for views that stop early. */
export function* readBlocks(parent: Y.XmlFragment): Generator<Block> {
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue;
    const node = nodeSpec(child.nodeName);
    const attrs = node && readAttributes(child, Object.keys(node.attributes));
    const base = { type: child.nodeName, ...(attrs && Object.keys(attrs).length > 0 && { attrs }) };
    if (node?.group === 'block') {
      const content = mayContain(child.nodeName as Block['type'], 'text')
        ? readInline(child)
        : [...readBlocks(child)];
      yield { ...base, ...(content.length > 0 && { content }) } as Block;
    } else {
      const content = readInline(child);
      if (content.length > 0) yield { type: 'textBlock', content };
      yield* readBlocks(child);
    }
  }
}

function readInline(parent: Y.XmlElement): Inline[] {
  const content: Inline[] = [];
  for (const child of parent.toArray()) {
    if (child instanceof Y.XmlElement && child.nodeName === 'hardBreak')
      content.push({ type: 'hardBreak' });
    if (!(child instanceof Y.XmlText)) continue;
    for (const { insert, attributes } of child.toDelta() as {
      insert: unknown;
      attributes?: Record<string, unknown>;
    }[]) {
      if (typeof insert !== 'string') continue;
      const text = readText(insert, attributes ?? {});
      const last = content.at(-1);
      if (last?.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(text.marks)) {
        content[content.length - 1] = { ...last, text: last.text + text.text };
      } else {
        content.push(text);
      }
    }
  }
  return content;
}

function readText(text: string, formats: Record<string, unknown>): Text {
  const marks = Object.entries(formats).flatMap(([key, value]) => {
    const mark = markSpec(key);
    if (mark === null) return [];
    const names = Object.keys(mark.spec.attributes);
    const attrs = Object.fromEntries(
      names.map((name) => [name, (value as Record<string, unknown>)[name]]),
    );
    return [{ type: mark.name, ...(names.length > 0 && { attrs }) } as Mark];
  });
  marks.sort((a, b) => rank(a.type) - rank(b.type));
  return { type: 'text', text, ...(marks.length > 0 && { marks }) };
}

function readAttributes(element: Y.XmlElement, names: readonly string[]): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const name of names) {
    const value: unknown = element.getAttribute(name);
    if (value !== undefined && value !== null) attributes[name] = value;
  }
  return attributes;
}

function writeBlock(block: Block, random: RandomBytes): Y.XmlElement {
  const element = new Y.XmlElement<Record<string, string | number | boolean>>(block.type);
  const attributes = { ...block.attrs, id: block.attrs?.id ?? createBlockId(random) };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, value);
  }
  switch (block.type) {
    case 'quote':
      element.insert(
        0,
        (block.content ?? []).map((child) => writeBlock(child, random)),
      );
      break;
    case 'textBlock':
    case 'codeBlock':
      element.insert(0, writeInline(block.content ?? []));
      break;
    case 'divider':
  }
  return element as Y.XmlElement;
}

function writeInline(content: NonNullable<TextBlock['content']>): (Y.XmlElement | Y.XmlText)[] {
  const children: (Y.XmlElement | Y.XmlText)[] = [];
  let run: { insert: string; attributes: Record<string, object> }[] = [];
  const endRun = (): void => {
    if (run.length === 0) return;
    const text = new Y.XmlText();
    text.applyDelta(run);
    children.push(text);
    run = [];
  };
  for (const node of content) {
    if (node.type === 'text') {
      const attributes = Object.fromEntries(
        (node.marks ?? []).map((mark) => [mark.type, 'attrs' in mark ? mark.attrs : {}]),
      );
      run.push({ insert: node.text, attributes });
    } else {
      endRun();
      children.push(new Y.XmlElement(node.type));
    }
  }
  endRun();
  return children;
}

function rank(name: MarkName): number {
  return MARK_NAMES.indexOf(name);
}

function isSchemaVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
