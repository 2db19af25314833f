import * as Y from 'yjs';
import { blockAttributeVersion, isMarkName, markVersion, SCHEMA_VERSION } from './nodes.ts';
import { parseAttributeKey } from './stream/attributes.ts';
import { markerOf } from './stream/embeds.ts';
import { pageRoots, type PageRoots } from './stream/roots.ts';
import { isStatedVersion, livingItems } from './validation.ts';

/**
 * The schema version that a page needs: the highest one that introduced any of its content, or the
 * one stated in its `meta` if that is higher. An editor of a lower version must not write in the
 * page. A page without content needs 0. Unknown content counts as text; `validatePage` reports it.
 */
export function neededSchema(doc: Y.Doc, schema: SchemaVersions = CURRENT): number {
  return highest(livingItems(doc, new Map()), pageRoots(doc), schema);
}

/**
 * The schema version needed by the items that a transaction added. Linear in the transaction's
 * size.
 */
export function neededSchemaOfChange(
  { doc, beforeState }: Y.Transaction,
  schema: SchemaVersions = CURRENT,
): number {
  return highest(livingItems(doc, beforeState), pageRoots(doc), schema);
}

export interface SchemaVersions {
  readonly newest: number;
  readonly ofAttribute: (name: string, value: unknown) => number | null;
  readonly ofMark: (name: string, value: unknown) => number | null;
}

const CURRENT: SchemaVersions = {
  newest: SCHEMA_VERSION,
  ofAttribute: blockAttributeVersion,
  ofMark: (name, value) => (isMarkName(name) ? markVersion(name, value) : null),
};

function highest(items: Iterable<Y.Item>, roots: PageRoots, schema: SchemaVersions): number {
  let version = 0;
  for (const item of items) {
    version = Math.max(version, versionOf(item, roots, schema));
    if (version >= schema.newest) break;
  }
  return version;
}

function versionOf(item: Y.Item, roots: PageRoots, schema: SchemaVersions): number {
  const { content } = item;
  if (content instanceof Y.ContentFormat) return schema.ofMark(content.key, content.value) ?? 1;
  const fields = markerOf(item);
  if (fields !== null) {
    const versions = Object.entries(fields).map(([name, value]) => schema.ofAttribute(name, value));
    return Math.max(1, ...versions.map((version) => version ?? 1));
  }
  const key = item.parentSub;
  if (key === null) return 1;
  const value: unknown = content.getContent()[0];
  if (item.parent === roots.meta) return isStatedVersion(key, value) ? value : 1;
  if (item.parent !== roots.attributes) return 1;
  const attribute = parseAttributeKey(key);
  return (attribute && schema.ofAttribute(attribute.name, value)) ?? 1;
}
