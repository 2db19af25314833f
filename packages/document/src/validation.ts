import * as Y from 'yjs';
import {
  MAX_PAGE_LENGTH,
  MAX_REPORTED_NAME_LENGTH,
  MAX_RESTORED_LEVEL,
  MAX_RESTORED_RANGES,
  MAX_VIOLATIONS,
} from './limits.ts';
import {
  BLOCK_ATTRIBUTES,
  SCHEMA_VERSION,
  blockAttributeVersion,
  isBlockId,
  isMarkName,
  markVersion,
} from './nodes.ts';
import { parseAttributeKey } from './stream/attributes.ts';
import { isSlotEmbed } from './stream/embeds.ts';
import { type PageRoots, pageRoots } from './stream/roots.ts';

/**
 * Validation of pages on raw Yjs, since a peer can send anything that Yjs can express (SPEC.md, VA1
 * to VA9).
 *
 * Each item is checked by itself, so a change is checked by its new items alone, and updates that
 * were accepted apart stay acceptable when merged. Results of merging honest edits are therefore
 * valid: two markers with one id, missing containers and slots, circular references. The reading
 * gives all of these a meaning.
 */

export interface Violation {
  readonly rule:
    | 'unknown-mark'
    | 'unknown-embed'
    | 'unknown-attribute'
    | 'unsafe-value'
    | 'foreign-root'
    | 'foreign-content'
    | 'foreign-client'
    | 'too-long';
  /**
   * The content and its place, such as `block@onclick` or `link`. Foreign text: escape it for
   * display.
   */
  readonly found: string;
}

type YType = Exclude<Y.Item['parent'], Y.ID | null>;

/**
 * Checks a whole page. Linear in its size, deleted parts included. Returns at most
 * `MAX_VIOLATIONS`.
 */
export function validatePage(doc: Y.Doc): Violation[] {
  const roots = pageRoots(doc);
  return distinct(livingItems(doc, new Map()), (item) => violationOf(item, roots));
}

/**
 * Checks what a transaction added to a valid page. Linear in the transaction's size. Call it when
 * the changes are in place: in the transaction's callback, in `afterTransaction`, or after it has
 * returned.
 */
export function validateChange(transaction: Y.Transaction): Violation[] {
  const roots = pageRoots(transaction.doc);
  const violations = distinct(livingItems(transaction.doc, transaction.beforeState), (item) =>
    violationOf(item, roots),
  );
  if (violations.length > 0) return violations;
  // A root that was written and emptied at once has no item left, but its name stays in the
  // document.
  return distinct(transaction.doc.share.values(), (type) =>
    transaction.changed.has(type) && isForeignRoot(type, roots) ? foreignRoot(type) : null,
  );
}

export type Inspection =
  | { readonly kind: 'ok' }
  | { readonly kind: 'newer'; readonly unknown: readonly string[] };

/**
 * Decides whether an editor may be bound to a page. Content of a newer version is readable as far
 * as this code understands it (RD9) but not editable: the editor would show it differently, and its
 * changes could mean something else to other clients. A page that is merely too long stays
 * editable, so that people can shorten it.
 */
export function inspectPage(doc: Y.Doc): Inspection {
  const unknown = new Set<string>();
  for (const { rule, found } of validatePage(doc)) if (rule !== 'too-long') unknown.add(found);
  return unknown.size === 0 ? { kind: 'ok' } : { kind: 'newer', unknown: [...unknown] };
}

function distinct<T>(parts: Iterable<T>, check: (part: T) => Violation | null): Violation[] {
  const violations = new Map<string, Violation>();
  for (const part of parts) {
    const violation = check(part);
    if (violation === null) continue;
    violations.set(`${violation.rule} ${violation.found}`, violation);
    if (violations.size === MAX_VIOLATIONS) break;
  }
  return [...violations.values()];
}

export function* livingItems(doc: Y.Doc, clocks: ReadonlyMap<number, number>): Generator<Y.Item> {
  for (const [client, structs] of doc.store.clients) {
    const start = clocks.get(client) ?? 0;
    for (let i = structs.length - 1; i >= 0; i--) {
      const struct = structs[i]!;
      if (struct.id.clock + struct.length <= start) break;
      if (struct instanceof Y.Item && !struct.deleted) yield struct;
    }
  }
}

function violationOf(item: Y.Item, roots: PageRoots): Violation | null {
  const parent = item.parent as YType;
  switch (parent) {
    case roots.text:
      return streamViolation(item, roots.text);
    case roots.attributes:
      return entryViolation(item, 'attributes', attributeViolation);
    case roots.restored:
      return entryViolation(item, 'restored', restoredViolation);
    case roots.meta:
      return entryViolation(item, 'meta', metaViolation);
    default:
      // Items of a type other than a root are in a type that is itself refused (VA2).
      return isForeignRoot(parent, roots) ? foreignRoot(parent) : null;
  }
}

function streamViolation(item: Y.Item, text: Y.Text): Violation | null {
  const { content } = item;
  if (item.parentSub !== null) return violation('unknown-attribute', `text@${item.parentSub}`);
  if (content instanceof Y.ContentFormat) return formatViolation(content);
  const isEmbed = content instanceof Y.ContentEmbed;
  if (!isEmbed && !(content instanceof Y.ContentString))
    return violation('foreign-content', 'text');
  if (text.length > MAX_PAGE_LENGTH) return violation('too-long', 'text');
  return isEmbed ? embedViolation(content.embed) : null;
}

function formatViolation({ key, value }: Y.ContentFormat): Violation | null {
  if (!isMarkName(key)) return violation('unknown-mark', key);
  // Null ends a mark.
  const isValid = value === null || markVersion(key, value) !== null;
  return isValid ? null : violation('unsafe-value', key);
}

function embedViolation(embed: unknown): Violation | null {
  if (typeof embed !== 'object' || embed === null || Array.isArray(embed))
    return violation('unknown-embed', typeof embed);
  if (!Object.hasOwn(embed, 'id'))
    return isSlotEmbed(embed) ? null : violation('unknown-embed', Object.keys(embed).join());
  for (const [name, value] of Object.entries(embed)) {
    const found = name === 'id' ? idViolation(value) : blockViolation(name, value);
    if (found !== null) return found;
  }
  return null;
}

function idViolation(id: unknown): Violation | null {
  return isBlockId(id) ? null : violation('unsafe-value', 'block@id');
}

function blockViolation(name: string, value: unknown): Violation | null {
  if (blockAttributeVersion(name, value) !== null) return null;
  return violation(
    isBlockAttributeName(name) ? 'unsafe-value' : 'unknown-attribute',
    `block@${name}`,
  );
}

function isBlockAttributeName(name: string): boolean {
  return BLOCK_ATTRIBUTES.includes(name);
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly item: Y.Item;
}

function entryViolation(
  item: Y.Item,
  map: string,
  check: (entry: Entry) => Violation | null,
): Violation | null {
  const key = item.parentSub;
  if (key === null) return violation('foreign-content', map);
  // Yjs would show only one value of an item that holds several.
  if (item.length !== 1) return violation('foreign-content', `${map}@${key}`);
  const value: unknown = item.content.getContent()[0];
  return check({ key, value, item });
}

function attributeViolation({ key, value }: Entry): Violation | null {
  const parsed = parseAttributeKey(key);
  if (parsed === null || !isBlockId(parsed.id))
    return violation('unknown-attribute', `attributes@${key}`);
  // Null removes an attribute.
  if (value === null && isBlockAttributeName(parsed.name)) return null;
  return blockViolation(parsed.name, value);
}

const RESTORED_KEY = /^(0|[1-9]\d{0,15}):(0|[1-9]\d{0,15})$/;

function restoredViolation({ key, value, item }: Entry): Violation | null {
  const [, writer, clock] = RESTORED_KEY.exec(key) ?? [];
  if (!isCount(Number(writer)) || !isCount(Number(clock)))
    return violation('unknown-attribute', `restored@${key}`);
  if (Number(writer) !== item.id.client) return violation('foreign-client', `restored@${key}`);
  return isRestoredValue(value, item) ? null : violation('unsafe-value', `restored@${key}`);
}

/**
 * Accepts a note only about characters that its author had written before it, each once, as copies of what the page
 * has or had. What they read is no matter of the page, which forgets deleted words, but of its readers (HI5).
 */
function isRestoredValue(value: unknown, { id, parent }: Y.Item): boolean {
  if (!Array.isArray(value) || value.length % 4 !== 1) return false;
  const [level, ...ranges] = (value.length - 1) / 4 <= MAX_RESTORED_RANGES ? value : [];
  if (!isCount(level) || level > MAX_RESTORED_LEVEL || ranges.length === 0) return false;
  if (!ranges.every(isCount)) return false;
  const { store } = (parent as YType).doc!;
  let end = 0;
  for (let i = 0; i < ranges.length; i += 4) {
    const [clock, origin, originClock, length] = ranges.slice(i, i + 4) as [
      number,
      number,
      number,
      number,
    ];
    if (length === 0 || clock < end) return false;
    if (originClock + length > Y.getState(store, origin)) return false;
    end = clock + length;
  }
  return end <= id.clock;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function metaViolation({ key, value }: Entry): Violation | null {
  const isValid = isStatedVersion(key, value) && value <= SCHEMA_VERSION;
  return isValid ? null : violation('unsafe-value', `meta@${key}`);
}

export function isStatedVersion(key: string, value: unknown): value is number {
  return key === 'schemaVersion' && Number.isSafeInteger(value) && (value as number) >= 1;
}

function isForeignRoot(type: YType, roots: PageRoots): boolean {
  return type._item === null && !Object.values(roots).includes(type);
}

function foreignRoot(type: YType): Violation {
  return violation('foreign-root', Y.findRootTypeKey(type));
}

function violation(rule: Violation['rule'], found: string): Violation {
  return { rule, found: found.slice(0, MAX_REPORTED_NAME_LENGTH) };
}
