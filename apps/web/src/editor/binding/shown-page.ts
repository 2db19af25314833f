import {
  arrangePage,
  type ArrangedPage,
  attributeKey,
  AttributeIndex,
  FormatTable,
  holdsText,
  markerOf,
  type PageRoots,
  readSegments,
  rereadSegment,
  type Segment,
  type ShownBlock,
  type SlotPart,
} from '@tandem/document/stream';
import type { Node, Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';

import { BlockNodes } from './block-nodes.ts';
import { composeDocument } from './compose.ts';
import { idOf, leafAt, leafCount, leavesOf } from './leaves.ts';
import { type ShownLeaf, ShownLeaves } from './shown-leaves.ts';
import { ShownSegments } from './shown-segments.ts';
import { findChanges } from './stream-changes.ts';

/** Attributes that decide where a block is shown, or as what kind of node. */
const STRUCTURAL: ReadonlySet<string> = new Set(['type', 'in', 'at', 'free']);

/** What a new reading changed: single blocks, or anything. */
export type Reading =
  | { readonly kind: 'text'; readonly leaves: readonly number[] }
  | { readonly kind: 'all' };

/** A page as it is stored. */
export interface StoredPage extends ArrangedPage {
  readonly segments: readonly Segment[];
}

/**
 * What the editor shows of a page: the blocks as they were last read, with the node of each. Where only text has
 * changed, reading again costs the changed blocks; what is unchanged keeps its nodes.
 */
export class ShownPage {
  readonly roots: PageRoots;
  readonly attributes: AttributeIndex;
  readonly #schema: Schema;
  readonly #formats = new FormatTable();
  readonly #nodes: BlockNodes;
  readonly #segments = new ShownSegments();
  readonly #leaves = new ShownLeaves();
  #doc: Node;
  /** What has changed since it was read: segments by their markers, blocks by their ids. */
  readonly #changedMarkers = new Set<Y.Item | null>();
  readonly #changedIds = new Set<string>();
  #isStructureChanged = true;
  /** The page as it was last read, until something changes. */
  #stored: StoredPage | null = null;

  constructor(roots: PageRoots, schema: Schema) {
    this.roots = roots;
    this.attributes = new AttributeIndex(roots.attributes);
    this.#schema = schema;
    this.#nodes = new BlockNodes(schema);
    this.#doc = schema.node('doc', null, [schema.node('textBlock')]);
    this.refresh();
  }

  /** The document that shows the page; after `adopt`, the editor's own. */
  get doc(): Node {
    return this.#doc;
  }

  get leaves(): readonly ShownLeaf[] {
    return this.#leaves.all;
  }

  /** The leaves that show text of the segment. */
  leavesOf(marker: Y.Item | null): readonly ShownLeaf[] {
    return this.#leaves.of(marker);
  }

  /** Whether the second segment followed the first in the stream when it was read. */
  isNext(marker: Y.Item | null, next: Y.Item | null): boolean {
    const index = this.#segments.indexOf(marker);
    return index !== undefined && this.#segments.indexOf(next) === index + 1;
  }

  /** Whether the segment of a marker is shown as a block, not as a part of another one's text. */
  isBlock(marker: Y.Item): boolean {
    return this.leavesOf(marker)[0]?.block.segment.marker === marker;
  }

  /** Records what a transaction has changed, for the next reading. What is shown does not change. */
  noteChanges(transaction: Y.Transaction): void {
    this.#stored = null;
    const { markers, hasEmbeds } = findChanges(transaction, this.roots.text);
    for (const marker of markers) this.#changedMarkers.add(marker);
    if (hasEmbeds) this.#isStructureChanged = true;
    for (const key of transaction.changed.get(this.roots.attributes as never) ?? []) {
      const attribute = key === null ? null : this.attributes.update(key);
      if (attribute === null) continue;
      this.#changedIds.add(attribute.id);
      if (STRUCTURAL.has(attribute.name)) this.#isStructureChanged = true;
    }
  }

  hasChanges(): boolean {
    return this.#changedMarkers.size > 0 || this.#changedIds.size > 0;
  }

  /** Whether any text or attribute of a block has changed since it was read. */
  isChanged({ segment, content }: ShownBlock): boolean {
    return this.#isChanged(segment) || content.some((part) => this.#isChanged(part.segment));
  }

  /** Reads the page as it is stored now, with all changes that were noted. What is shown does not change. */
  readStored(): StoredPage {
    if (!this.#stored) {
      const segments = readSegments(this.#source, {
        segments: this.#segments.all,
        indexOf: (marker) => this.#segments.indexOf(marker),
        isChanged: (segment) => this.#isChanged(segment),
      });
      this.#stored = { segments, ...arrangePage(segments) };
    }
    return this.#stored;
  }

  /** Reads what has changed. Nodes of the editor's that a command has just made are used where they say the same. */
  refresh(made: readonly Node[] = [], shown: Node = this.#doc): Reading {
    const reading = (this.#isStructureChanged ? null : this.#refreshText()) ?? { kind: 'all' };
    if (reading.kind === 'all') this.#refreshAll(made, shown);
    this.#changedMarkers.clear();
    this.#changedIds.clear();
    this.#isStructureChanged = false;
    return reading;
  }

  /** Takes the editor's document for its own: it shows the same, with nodes that the editor knows. */
  adopt(doc: Node, reading: Reading = { kind: 'all' }): void {
    if (doc === this.#doc) return;
    const before = this.#doc.children;
    this.#doc = doc;
    if (reading.kind === 'text') {
      for (const index of reading.leaves) this.#adoptNode(index, leafAt(doc, index).node);
      return;
    }
    let first = 0;
    for (const [index, child] of doc.children.entries()) {
      const count = leafCount(child);
      if (child !== before[index]) {
        let leaf = first;
        for (const { node } of leavesOf([child], 0)) this.#adoptNode(leaf++, node);
      }
      first += count;
    }
  }

  /** The living slot that a marker's block names. In a circle of joined runs the block is shown at home all the same (RD7). */
  slotOf(marker: Y.Item): SlotPart | null {
    const fields = markerOf(marker);
    const index = this.#segments.indexOf(marker);
    const id = index === undefined ? (fields?.id ?? '') : this.#segments.all[index]!.id!;
    const { at } = this.attributes.read(id, fields);
    const slot = at === null ? undefined : this.#segments.slot(at);
    return slot === undefined || slot.item.deleted ? null : slot;
  }

  /** The segments that are parts of a block's text (RD6), those without text included. */
  segmentsJoinedTo({ segment }: ShownBlock): Segment[] {
    const joined = new Set<Segment>();
    const open = [segment];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const slots = new Set(next.slots.map(({ slot }) => slot.kind === 'join' && slot.id));
      if (slots.size === 0) continue;
      for (const each of this.#segments.all) {
        const { at } = each.attributes;
        if (at === null || !slots.has(at) || each === segment || joined.has(each)) continue;
        joined.add(each);
        open.push(each);
      }
    }
    return [...joined];
  }

  setAttribute(id: string, name: string, value: unknown): void {
    const key = attributeKey(id, name);
    this.roots.attributes.set(key, value);
    this.attributes.update(key);
  }

  /** The containers around a block, from the outermost. */
  containersOf({ attributes }: ShownBlock): readonly string[] {
    return this.attributes.containers(attributes.in);
  }

  #isChanged({ marker, id }: Segment): boolean {
    return this.#changedMarkers.has(marker) || (id !== null && this.#changedIds.has(id));
  }

  get #source(): Parameters<typeof rereadSegment>[0] {
    return { text: this.roots.text, attributes: this.attributes, formats: this.#formats };
  }

  /** Null where more has changed than the text and the own attributes of single blocks. */
  #refreshText(): Reading | null {
    const changes: { index: number; leaf: ShownLeaf; segment: Segment }[] = [];
    for (const marker of this.#changedSegments()) {
      const index = this.#segments.indexOf(marker);
      const [leaf, ...others] = this.leavesOf(marker);
      if (index === undefined || leaf === undefined || others.length > 0) return null;
      const { block } = leaf;
      const { segment, formatsAfter } = rereadSegment(this.#source, this.#segments.all[index]!);
      const isAlone = block.id !== null && block.segment.marker === marker;
      const hasJoins = segment.slots.some(({ slot }) => slot.kind === 'join');
      if (!isAlone || hasJoins || !holdsText(segment.attributes.type)) return null;
      const next = this.#segments.all[index + 1];
      if (next && next.formats !== formatsAfter) return null;
      changes.push({ index, leaf, segment });
    }
    for (const { index, leaf, segment } of changes) {
      this.#segments.replace(index, segment);
      this.#leaves.replace(leaf, segment.block, this.#nodes.get(segment.block, leaf.node));
    }
    const leaves = changes.map(({ leaf }) => leaf.index);
    return { kind: 'text', leaves: leaves.toSorted((a, b) => a - b) };
  }

  /** The markers of all segments in which text or an attribute has changed. */
  #changedSegments(): Iterable<Y.Item | null> {
    if (this.#changedIds.size === 0) return this.#changedMarkers;
    const markers = new Set(this.#changedMarkers);
    for (const { marker, id } of this.#segments.all)
      if (id !== null && this.#changedIds.has(id)) markers.add(marker);
    return markers;
  }

  #refreshAll(made: readonly Node[], shown: Node): void {
    const { segments, blocks } = this.readStored();
    this.#segments.set(segments);
    const known = new Map<string | null, Node>();
    for (const { node } of leavesOf(made, 0)) known.set(idOf(node), node);
    this.#leaves.arrange(blocks, (block) => {
      const [leaf] = this.leavesOf(block.segment.marker);
      return this.#nodes.get(block, known.get(block.id) ?? leaf?.node);
    });
    this.#doc = composeDocument(
      this.leaves,
      (leaf) => this.containersOf((leaf as ShownLeaf).block),
      { schema: this.#schema, known: [...made, ...this.#doc.children], shown },
    );
  }

  #adoptNode(index: number, node: Node): void {
    const leaf = this.leaves[index]!;
    if (leaf.node === node) return;
    leaf.node = node;
    this.#nodes.set(leaf.block, node);
  }
}
