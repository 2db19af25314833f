import * as Y from 'yjs';
import { MAX_DEPTH, MAX_REPORTED_NAME_LENGTH, MAX_TEXT_LENGTH, MAX_VIOLATIONS } from './limits.ts';
import {
  type AttributeCheck,
  markSpec,
  mayContain,
  type NodeName,
  type NodeSpec,
  NODES,
  nodeSpec,
} from './nodes.ts';
import { isMetaEntry, pageRoots, type PageRoots } from './page.ts';

/**
 * What a page may hold, checked on raw Yjs, since a peer can send anything that Yjs can express.
 *
 * Every item is judged by itself and by the ancestors that it is born under, which never change. So what was accepted
 * apart is acceptable when merged, and a change can be checked by its new items alone. What merging honest edits can
 * bring about is therefore no violation: an empty quote or page, several texts side by side in a block, a block without
 * an id or with another's, `checked` without a task list, marks that the editor would not combine. The two limits are
 * no rule of form: a text is refused when it is added to beyond `MAX_TEXT_LENGTH`, never when something is deleted.
 */

export interface Violation {
  readonly rule:
    | 'unknown-node'
    | 'unknown-mark'
    | 'unknown-attribute'
    | 'unsafe-value'
    | 'misplaced'
    | 'foreign-root'
    | 'foreign-content'
    | 'too-deep'
    | 'too-long';
  /** What was found and where, such as `textBlock@onclick` or `codeBlock > bold`. Foreign text: escape it for display. */
  readonly found: string;
}

/** Any type that can hold an item. */
type YType = Exclude<Y.Item['parent'], Y.ID | null>;

/** Checks a whole page. Costs time linear in its size, deleted parts included. Gives `MAX_VIOLATIONS` at most. */
export function validatePage(doc: Y.Doc): Violation[] {
  const roots = pageRoots(doc);
  return distinct(itemsSince(doc, new Map()), (item) => violationOf(item, roots));
}

/**
 * Checks what a transaction added to a page that was valid before. Costs time linear in the transaction's size. To be
 * called when the transaction's changes are in place: in its callback, in `afterTransaction`, or once it has returned.
 */
export function validateChange(transaction: Y.Transaction): Violation[] {
  const roots = pageRoots(transaction.doc);
  const violations = distinct(itemsSince(transaction.doc, transaction.beforeState), (item) =>
    violationOf(item, roots),
  );
  if (violations.length > 0) return violations;
  // A root that was written and emptied at once has no item left, but its name stays in the document.
  return distinct(transaction.doc.share.values(), (type) =>
    transaction.changed.has(type) && isForeignRoot(type, roots) ? foreignRoot(type) : null,
  );
}

function distinct<T>(parts: Iterable<T>, judge: (part: T) => Violation | null): Violation[] {
  const violations = new Map<string, Violation>();
  for (const part of parts) {
    const violation = judge(part);
    if (violation === null) continue;
    violations.set(`${violation.rule} ${violation.found}`, violation);
    if (violations.size === MAX_VIOLATIONS) break;
  }
  return [...violations.values()];
}

/** The living items from the given clocks on, each client's last one first. */
function* itemsSince(doc: Y.Doc, clocks: ReadonlyMap<number, number>): Generator<Y.Item> {
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
  if (isForeignRoot(parent, roots)) return foreignRoot(parent);
  if (parent === roots.meta) return metaViolation(item);
  if (parent instanceof Y.XmlText)
    return item.parentSub === null
      ? textViolation(item, parent)
      : attributeViolation(item, 'text', NODES.text);
  const name =
    parent === roots.content ? 'doc' : parent instanceof Y.XmlElement ? parent.nodeName : null;
  const spec = name === null ? null : nodeSpec(name);
  // The parent is itself refused, or stands in what is.
  if (name === null || spec === null) return null;
  return item.parentSub === null
    ? childViolation(item, name as NodeName)
    : attributeViolation(item, name, spec);
}

function metaViolation(item: Y.Item): Violation | null {
  const key = item.parentSub;
  if (key === null) return violation('foreign-content', 'meta');
  return isMetaEntry(key, valueOf(item)) ? null : violation('unsafe-value', `meta@${key}`);
}

function attributeViolation(item: Y.Item, name: string, spec: NodeSpec): Violation | null {
  const key = item.parentSub!;
  const found = `${name}@${key}`;
  if (!Object.hasOwn(spec.attributes, key)) return violation('unknown-attribute', found);
  const check = spec.attributes[key] as AttributeCheck;
  const value = valueOf(item);
  return value === null || check(value) ? null : violation('unsafe-value', found);
}

/** An entry's value; undefined, which nothing accepts, for an item that holds several, of which Yjs would show one. */
function valueOf(item: Y.Item): unknown {
  return item.length === 1 ? item.content.getContent()[0] : undefined;
}

function childViolation(item: Y.Item, parent: NodeName): Violation | null {
  const child = item.content instanceof Y.ContentType ? item.content.type : null;
  const isText = child instanceof Y.XmlText;
  if (!isText && !(child instanceof Y.XmlElement)) return violation('foreign-content', parent);
  const name = isText ? 'text' : child.nodeName;
  // The root and texts have rows in the table, but are no elements.
  if (!isText && (name === 'doc' || name === 'text' || nodeSpec(name) === null))
    return violation('unknown-node', name);
  if (!mayContain(parent, name as NodeName)) return violation('misplaced', `${parent} > ${name}`);
  return isDeeperThan(item, MAX_DEPTH + (isText ? 1 : 0)) ? violation('too-deep', name) : null;
}

function textViolation(item: Y.Item, text: Y.XmlText): Violation | null {
  const { content } = item;
  if (content instanceof Y.ContentString) {
    return text.length > MAX_TEXT_LENGTH ? violation('too-long', parentName(text)) : null;
  }
  return content instanceof Y.ContentFormat
    ? markViolation(content, text)
    : violation('foreign-content', 'text');
}

function markViolation({ key, value }: Y.ContentFormat, text: Y.XmlText): Violation | null {
  const mark = markSpec(key);
  if (mark === null) return violation('unknown-mark', key);
  if (nodeSpec(parentName(text))?.marks === '')
    return violation('misplaced', `${parentName(text)} > ${key}`);
  // Null ends a mark.
  if (value === null) return null;
  const { attributes } = mark.spec;
  const values: unknown = value;
  if (typeof values !== 'object' || Array.isArray(values)) return violation('unsafe-value', key);
  const unknown = Object.keys(values as object).find((name) => !Object.hasOwn(attributes, name));
  if (unknown !== undefined) return violation('unknown-attribute', `${key}@${unknown}`);
  const unsafe = Object.entries(attributes).find(
    ([name, check]) => !check((values as Record<string, unknown>)[name]),
  );
  return unsafe === undefined ? null : violation('unsafe-value', `${key}@${unsafe[0]}`);
}

function isDeeperThan(item: Y.Item, limit: number): boolean {
  let depth = 1;
  for (
    let parent = (item.parent as YType)._item;
    parent !== null;
    parent = (parent.parent as YType)._item
  ) {
    if (++depth > limit) return true;
  }
  return false;
}

function isForeignRoot(type: YType, roots: PageRoots): boolean {
  return type._item === null && type !== roots.content && type !== roots.meta;
}

function foreignRoot(type: YType): Violation {
  return violation('foreign-root', Y.findRootTypeKey(type));
}

function parentName(text: Y.XmlText): string {
  return text.parent instanceof Y.XmlElement ? text.parent.nodeName : 'doc';
}

function violation(rule: Violation['rule'], found: string): Violation {
  return { rule, found: found.slice(0, MAX_REPORTED_NAME_LENGTH) };
}
