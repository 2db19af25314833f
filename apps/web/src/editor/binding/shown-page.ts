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

const STRUCTURAL: ReadonlySet<string> = new Set(['type', 'in', 'at', 'free']);

export type Reading =
  | { readonly kind: 'text'; readonly leaves: readonly number[] }
  | { readonly kind: 'all' };

export interface StoredPage extends ArrangedPage {
  readonly segments: readonly Segment[];
}

/**
 * The blocks of a page as last read, with their nodes. When only text has changed, the cost of a
 * reading depends on the changed blocks; unchanged blocks keep their nodes.
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
  readonly #changedMarkers = new Set<Y.Item | null>();
  readonly #changedIds = new Set<string>();
  #isStructureChanged = true;
  #stored: StoredPage | null = null;

  constructor(roots: PageRoots, schema: Schema) {
    this.roots = roots;
    this.attributes = new AttributeIndex(roots.attributes);
    this.#schema = schema;
    this.#nodes = new BlockNodes(schema);
    this.#doc = schema.node('doc', null, [schema.node('textBlock')]);
    this.refresh();
  }

  get doc(): Node {
    return this.#doc;
  }

  get leaves(): readonly ShownLeaf[] {
    return this.#leaves.all;
  }

  leavesOf(marker: Y.Item | null): readonly ShownLeaf[] {
    return this.#leaves.of(marker);
  }

  isNext(marker: Y.Item | null, next: Y.Item | null): boolean {
    const index = this.#segments.indexOf(marker);
    return index !== undefined && this.#segments.indexOf(next) === index + 1;
  }

  isBlock(marker: Y.Item): boolean {
    return this.leavesOf(marker)[0]?.block.segment.marker === marker;
  }

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

  isChanged({ segment, content }: ShownBlock): boolean {
    return this.#isChanged(segment) || content.some((part) => this.#isChanged(part.segment));
  }

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

  /** Reads the changes. Uses nodes that a command has just created where they are equal. */
  refresh(made: readonly Node[] = [], shown: Node = this.#doc): Reading {
    const reading = (this.#isStructureChanged ? null : this.#refreshText()) ?? { kind: 'all' };
    if (reading.kind === 'all') this.#refreshAll(made, shown);
    this.#changedMarkers.clear();
    this.#changedIds.clear();
    this.#isStructureChanged = false;
    return reading;
  }

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

  /**
   * The living slot of a marker's block. Blocks in a circle of joined runs are shown at home (RD7).
   */
  slotOf(marker: Y.Item): SlotPart | null {
    const fields = markerOf(marker);
    const index = this.#segments.indexOf(marker);
    const id = index === undefined ? (fields?.id ?? '') : this.#segments.all[index]!.id!;
    const { at } = this.attributes.read(id, fields);
    const slot = at === null ? undefined : this.#segments.slot(at);
    return slot === undefined || slot.item.deleted ? null : slot;
  }

  /** The segments that are parts of a block's text (RD6), including empty ones. */
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

  containersOf({ attributes }: ShownBlock): readonly string[] {
    return this.attributes.containers(attributes.in);
  }

  #isChanged({ marker, id }: Segment): boolean {
    return this.#changedMarkers.has(marker) || (id !== null && this.#changedIds.has(id));
  }

  get #source(): Parameters<typeof rereadSegment>[0] {
    return { text: this.roots.text, attributes: this.attributes, formats: this.#formats };
  }

  /** Null where more has changed than text and own attributes of single blocks. */
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
