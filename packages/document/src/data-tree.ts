import * as Y from 'yjs';
import {
  MAX_TREE_CHILDREN,
  MAX_TREE_DEPTH,
  MAX_TREE_ENTRIES,
  MAX_TREE_PREVIEW_LENGTH,
} from './limits.ts';

/**
 * Any Yjs document as a bounded tree for inspection. Reading does not define the types of roots,
 * because that would fix them for other users of the document.
 */

export interface RootTree {
  readonly entries: readonly TreeEntry[];
  readonly omitted: number;
}

export interface TreeEntry {
  /** Root name, map key, list position or element name. */
  readonly name: string | number;
  readonly kind: 'map' | 'array' | 'text' | 'xml' | 'value' | 'binary' | 'document' | 'empty';
  /**
   * Keys of a map, entries of an array, children of an element, UTF-16 units of a text, bytes of a
   * binary; otherwise 1.
   */
  readonly size: number;
  /** JSON of a value or the text itself, cut with an ellipsis; otherwise empty. */
  readonly preview: string;
  readonly children: readonly TreeEntry[];
  readonly omitted: number;
}

type YType = Exclude<Y.Item['parent'], Y.ID | null>;
interface Budget {
  entries: number;
}

export function describeRoots(doc: Y.Doc): RootTree {
  const budget: Budget = { entries: MAX_TREE_ENTRIES };
  const roots = [...doc.share].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return describeEach(roots, { budget, depth: 0 }, ([name, type]) =>
    describeType(name, type, { budget, depth: 0 }),
  );
}

interface Place {
  readonly budget: Budget;
  readonly depth: number;
}

function describeType(name: string | number, type: YType, place: Place): TreeEntry {
  const items = livingItems(type);
  const keys = [...type._map].filter(([, item]) => !item.deleted);
  const kind = kindOf(type, items, keys.length);
  if (kind === 'text') {
    const parts = items.flatMap(({ content }) =>
      content instanceof Y.ContentString ? [content.str] : [],
    );
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    return {
      name,
      kind,
      size,
      preview: cut(parts.slice(0, MAX_TREE_PREVIEW_LENGTH + 1).join('')),
      children: [],
      omitted: 0,
    };
  }
  const inside = { ...place, depth: place.depth + 1 };
  const attributes: [string | number, unknown][] = keys.map(([key, item]) => [
    key,
    item.content.getContent().at(-1),
  ]);
  const list = items.flatMap(({ content }): unknown[] =>
    content.isCountable() ? content.getContent() : [],
  );
  const children = [
    ...attributes,
    ...list.map((value, index): [string | number, unknown] => [index, value]),
  ];
  const shown = describeEach(children, inside, ([key, value]) => describeValue(key, value, inside));
  const tag = type instanceof Y.XmlElement ? `<${type.nodeName}>` : '';
  return {
    name,
    kind,
    size: kind === 'map' ? keys.length : list.length,
    preview: cut(tag),
    children: shown.entries,
    omitted: shown.omitted,
  };
}

function describeValue(name: string | number, value: unknown, place: Place): TreeEntry {
  if (value instanceof Y.AbstractType) return describeType(name, value, place);
  const leaf = { name, children: [], omitted: 0 };
  if (value instanceof Y.Doc)
    return { ...leaf, kind: 'document', size: 1, preview: cut(value.guid) };
  if (value instanceof Uint8Array)
    return { ...leaf, kind: 'binary', size: value.byteLength, preview: '' };
  return { ...leaf, kind: 'value', size: 1, preview: previewJson(value) };
}

function describeEach<T>(
  children: readonly T[],
  { budget, depth }: Place,
  describe: (child: T) => TreeEntry,
): RootTree {
  const entries: TreeEntry[] = [];
  for (const child of children) {
    if (depth > MAX_TREE_DEPTH || entries.length === MAX_TREE_CHILDREN || budget.entries === 0)
      break;
    budget.entries--;
    entries.push(describe(child));
  }
  return { entries, omitted: children.length - entries.length };
}

/** Guesses from the content, because a root has no type until some code defines it. */
function kindOf(type: YType, items: readonly Y.Item[], keys: number): TreeEntry['kind'] {
  if (type instanceof Y.Text) return 'text';
  if (type instanceof Y.XmlFragment) return 'xml';
  if (type instanceof Y.Map) return 'map';
  if (type instanceof Y.Array) return 'array';
  if (items.length === 0) return keys > 0 ? 'map' : 'empty';
  if (
    items.some(
      ({ content }) => content instanceof Y.ContentString || content instanceof Y.ContentFormat,
    )
  )
    return 'text';
  const [first] = items;
  const isXml =
    first?.content instanceof Y.ContentType &&
    (first.content.type instanceof Y.XmlFragment || first.content.type instanceof Y.XmlText);
  return isXml ? 'xml' : 'array';
}

function livingItems(type: YType): Y.Item[] {
  const items: Y.Item[] = [];
  for (let item = type._start; item !== null; item = item.right)
    if (!item.deleted) items.push(item);
  return items;
}

function previewJson(value: unknown): string {
  let json = '';
  const full = (): boolean => json.length > MAX_TREE_PREVIEW_LENGTH;
  const write = (part: unknown): void => {
    if (full()) return;
    if (Array.isArray(part)) {
      writeList('[]', part, write);
    } else if (typeof part === 'object' && part !== null) {
      writeList('{}', Object.keys(part), (key) => {
        json += `${JSON.stringify(cut(key))}:`;
        write((part as Record<string, unknown>)[key]);
      });
    } else if (typeof part === 'string') {
      json += JSON.stringify(cut(part));
    } else {
      json += String(part);
    }
  };
  const writeList = <T>(
    brackets: string,
    parts: readonly T[],
    writePart: (part: T) => void,
  ): void => {
    json += brackets[0];
    for (const [index, part] of parts.entries()) {
      if (full()) return;
      if (index > 0) json += ',';
      writePart(part);
    }
    json += brackets[1];
  };
  write(value);
  return cut(json);
}

function cut(text: string): string {
  return text.length <= MAX_TREE_PREVIEW_LENGTH
    ? text
    : `${text.slice(0, MAX_TREE_PREVIEW_LENGTH - 1)}…`;
}
