import {
  arrangeBlocks,
  attributeKey,
  AttributeIndex,
  FormatTable,
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
import { idOf, leafAt, leavesOf } from './leaves.ts';
import { findChanges } from './stream-changes.ts';

export interface ShownLeaf {
  readonly block: ShownBlock;
  node: Node;
}

/** What a new reading changed: the text of one block after the other, or anything. */
export type Reading =
  | { readonly kind: 'text'; readonly leaves: readonly number[] }
  | { readonly kind: 'all' };

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
  #segments: Segment[] = [];
  #indexes = new Map<Y.Item | null, number>();
  #slots = new Map<string, SlotPart>();
  #leaves: ShownLeaf[] = [];
  /** By the marker of each segment that is shown: the first leaf that holds its text. */
  #leafOf = new Map<Y.Item | null, number>();
  /** The further ones: the unnamed block behind a divider. */
  #furtherLeaves = new Map<Y.Item | null, number[]>();
  #doc: Node;
  /** What has changed since it was read: segments by their markers, blocks by their ids. */
  readonly #changedMarkers = new Set<Y.Item | null>();
  readonly #changedIds = new Set<string>();
  #isStructureChanged = true;

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
    return this.#leaves;
  }

  /** The leaves that show text of the segment, the block's own first. */
  leavesOf(marker: Y.Item | null): readonly number[] {
    const leaf = this.#leafOf.get(marker);
    return leaf === undefined ? [] : [leaf, ...(this.#furtherLeaves.get(marker) ?? [])];
  }

  /** Whether the second segment followed the first in the stream when it was read. */
  isNext(marker: Y.Item | null, next: Y.Item | null): boolean {
    const index = this.#indexes.get(marker);
    return index !== undefined && this.#indexes.get(next) === index + 1;
  }

  /** Whether the segment of a marker is shown as a block, not as a part of another one's text. */
  isBlock(marker: Y.Item): boolean {
    const [leaf] = this.leavesOf(marker);
    return leaf !== undefined && this.#leaves[leaf]!.block.segment.marker === marker;
  }

  /** Records what a transaction changed, for the next reading. What is shown does not change. */
  noteChanges(transaction: Y.Transaction): void {
    const { markers, hasEmbeds } = findChanges(transaction, this.roots.text);
    for (const marker of markers) this.#changedMarkers.add(marker);
    if (hasEmbeds) this.#isStructureChanged = true;
    for (const key of transaction.changed.get(this.roots.attributes as never) ?? []) {
      const id = key === null ? null : this.attributes.update(key);
      if (id !== null) this.#changedIds.add(id);
      this.#isStructureChanged = true;
    }
  }

  hasChanges(): boolean {
    return this.#changedMarkers.size > 0 || this.#changedIds.size > 0;
  }

  /** Whether any text or attribute of a block has changed since it was read. */
  isChanged({ segment, content }: ShownBlock): boolean {
    return this.#isChanged(segment) || content.some((part) => this.#isChanged(part.segment));
  }

  /** The segments of the page as it is stored now. */
  readSegments(): Segment[] {
    return readSegments(this.#source, {
      segments: this.#segments,
      indexOf: (marker) => this.#indexes.get(marker),
      isChanged: (segment) => this.#isChanged(segment),
    });
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
    this.#doc = doc;
    if (reading.kind === 'text') {
      for (const index of reading.leaves) this.#adoptNode(index, leafAt(doc, index).node);
      return;
    }
    let index = 0;
    for (const { node } of leavesOf(doc.children, 0)) this.#adoptNode(index++, node);
  }

  /** The living slot that a marker's block names. In a circle of joined runs the block is shown at home all the same (RD7). */
  slotOf(marker: Y.Item): SlotPart | null {
    const fields = markerOf(marker);
    const index = this.#indexes.get(marker);
    const id = index === undefined ? (fields?.id ?? '') : this.#segments[index]!.id!;
    const { at } = this.attributes.read(id, fields);
    const slot = at === null ? undefined : this.#slots.get(at);
    return slot === undefined || slot.item.deleted ? null : slot;
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

  /** Null where more than the text of single blocks has changed. */
  #refreshText(): Reading | null {
    const changes: { index: number; leaf: number; segment: Segment }[] = [];
    for (const marker of this.#changedMarkers) {
      const index = this.#indexes.get(marker);
      const [leaf, ...others] = this.leavesOf(marker);
      if (index === undefined || leaf === undefined || others.length > 0) return null;
      const { block } = this.#leaves[leaf]!;
      const { segment, formatsAfter } = rereadSegment(this.#source, this.#segments[index]!);
      const isAlone = block.id !== null && block.segment.marker === marker;
      if (!isAlone || segment.slots.length > 0 || segment.attributes.type === 'divider')
        return null;
      const next = this.#segments[index + 1];
      if (next && next.formats !== formatsAfter) return null;
      changes.push({ index, leaf, segment });
    }
    for (const { index, leaf, segment } of changes) {
      const [block] = arrangeBlocks([segment]);
      this.#segments[index] = segment;
      this.#leaves[leaf] = {
        block: block!,
        node: this.#nodes.get(block!, this.#leaves[leaf]!.node),
      };
    }
    return { kind: 'text', leaves: changes.map(({ leaf }) => leaf).toSorted((a, b) => a - b) };
  }

  #refreshAll(made: readonly Node[], shown: Node): void {
    this.#segments = this.readSegments();
    this.#indexes = new Map();
    this.#slots = new Map();
    for (const [index, { marker, slots }] of this.#segments.entries()) {
      this.#indexes.set(marker, index);
      for (const slot of slots)
        if (!this.#slots.has(slot.slot.id)) this.#slots.set(slot.slot.id, slot);
    }
    const known = new Map<string | null, Node>();
    for (const { node } of leavesOf(made, 0)) known.set(idOf(node), node);
    const earlier = this.#leaves;
    const nodeOf = (block: ShownBlock): Node => {
      const leaf = this.#leafOf.get(block.segment.marker);
      return this.#nodes.get(
        block,
        known.get(block.id) ?? (leaf === undefined ? undefined : earlier[leaf]?.node),
      );
    };
    this.#leaves = arrangeBlocks(this.#segments).map((block) => ({ block, node: nodeOf(block) }));
    this.#leafOf = new Map();
    this.#furtherLeaves = new Map();
    for (const [index, { block }] of this.#leaves.entries()) this.#indexLeaf(index, block);
    this.#doc = composeDocument(
      this.#leaves,
      (leaf) => this.containersOf((leaf as ShownLeaf).block),
      { schema: this.#schema, known: [...made, ...this.#doc.children], shown },
    );
  }

  #indexLeaf(index: number, { segment, content }: ShownBlock): void {
    if (!this.#leafOf.has(segment.marker)) this.#leafOf.set(segment.marker, index);
    else
      this.#furtherLeaves.set(segment.marker, [
        ...(this.#furtherLeaves.get(segment.marker) ?? []),
        index,
      ]);
    for (const part of content)
      if (part.segment !== segment) this.#leafOf.set(part.segment.marker, index);
  }

  #adoptNode(index: number, node: Node): void {
    const leaf = this.#leaves[index]!;
    if (leaf.node === node) return;
    leaf.node = node;
    this.#nodes.set(leaf.block, node);
  }
}
