import {
  attributeKey,
  attributeNames,
  blockOfType,
  findBlockDefinition,
  type Segment,
  type ShownBlock,
  slotEmbed,
} from '@tandem/document/stream';
import type { Node } from '@tiptap/pm/model';
import type { Selection } from '@tiptap/pm/state';
import * as Y from 'yjs';

import { newBlockId } from '../new-block-id.ts';
import type { Edit } from './alignment.ts';
import type { LeafChange } from './leaf-change.ts';
import { idOf, type Leaf, leafIndexAt, streamTextOf } from './leaves.ts';
import { formatsOf, markChanges, marksAt } from './mark-changes.ts';
import { MarkWriter } from './mark-writer.ts';
import { BEHIND, type SharedPosition, sharedPosition, type SharedSelection } from './positions.ts';
import type { ShownLeaf } from './shown-leaves.ts';
import type { ShownPage } from './shown-page.ts';
import { type FormatValues, isSame, StreamCursor } from './stream-cursor.ts';
import {
  type Characters,
  charactersOf,
  deleteCharacters,
  endOfSegment,
  firstItem,
  hasContent,
  hasText,
  isLivingMarker,
  lastItem,
  lengthOf,
  markerBefore,
  nextMarker,
} from './stream-items.ts';

type StoredAttributes = Readonly<Record<string, unknown>>;

/**
 * Writes a command's changes into the stream, with as few operations as possible (WR1 to WR9). Ids
 * of characters and markers keep the changes correct when others have written since the page was
 * shown.
 */
export class StreamWriter {
  readonly #transaction: Y.Transaction;
  readonly #page: ShownPage;
  readonly #change: LeafChange;
  #place: Y.Item | Characters | null = null;
  #formats: FormatValues = {};
  #cursor: StreamCursor | null = null;
  readonly #ids: (string | null)[];
  readonly #marks: MarkWriter;
  readonly #inserted: (Characters & { readonly leaf: number; readonly offset: number })[] = [];
  readonly #markers = new Map<number, Y.Item>();
  readonly #orphans: Segment[] = [];
  #isStructural: boolean;

  constructor(transaction: Y.Transaction, page: ShownPage, change: LeafChange) {
    this.#transaction = transaction;
    this.#page = page;
    this.#change = change;
    this.#marks = new MarkWriter(page);
    this.#ids = change.to.map((_, index) => this.#idFor(index));
    const { moved, edits } = change.alignment;
    this.#isStructural =
      moved.length > 0 ||
      edits.some(({ kind }) => kind === 'insert-block' || kind === 'delete-block');
  }

  get ids(): readonly (string | null)[] {
    return this.#ids;
  }

  get isStructural(): boolean {
    return this.#isStructural;
  }

  write(): void {
    if (this.#isStructural) this.#settleBlocks();
    this.#startBehind(this.#page.leaves[this.#change.index - 1]);
    for (const edit of this.#change.alignment.edits) {
      if (edit.kind === 'insert-text' || edit.kind === 'insert-block') this.#marks.end();
      this.#edit(edit);
    }
    this.#marks.write(this.#transaction);
    this.#deleteOrphans();
    for (const [to, leaf] of this.#change.to.entries()) {
      this.#writeContainers(leaf.containers);
      const from = this.#change.alignment.earlier[to]!;
      if (from !== -1) this.#writeAttributes(this.#change.from[from]!.block, leaf, this.#ids[to]!);
    }
  }

  share(selection: Selection, doc: Node): SharedSelection | null {
    const anchor = this.#share(selection.anchor, doc);
    const head = selection.empty ? anchor : this.#share(selection.head, doc);
    return anchor && head && { anchor, head };
  }

  #share(position: number, doc: Node): SharedPosition | null {
    const leaf = leafIndexAt(doc, position) - this.#change.index;
    const { pos } = this.#change.to[leaf] ?? { pos: position };
    const id = this.#elementBefore(leaf, position - pos - 1);
    return id && sharedPosition(id, BEHIND);
  }

  #elementBefore(leaf: number, offset: number): Y.ID | null {
    const at = offset - 1;
    for (const { leaf: inserted, offset: start, length, client, clock } of this.#inserted)
      if (inserted === leaf && start <= at && at < start + length)
        return Y.createID(client, clock + at - start);
    for (const edit of this.#change.alignment.edits) {
      if (edit.kind !== 'keep-text' || edit.to !== leaf) continue;
      if (at < edit.toOffset || at >= edit.toOffset + edit.length) continue;
      const { block } = this.#change.from[edit.from]!;
      const [run] = charactersOf(block, edit.fromOffset + at - edit.toOffset, 1);
      return run ? Y.createID(run.client, run.clock) : null;
    }
    const earlier = this.#change.alignment.earlier[leaf] ?? -1;
    const kept = earlier === -1 ? null : this.#change.from[earlier]!.block.segment.marker;
    return (this.#markers.get(leaf) ?? kept)?.id ?? null;
  }

  #edit(edit: Edit): void {
    const { from } = this.#change;
    switch (edit.kind) {
      case 'keep-block':
        if (this.#ids[edit.to] !== null && from[edit.from]!.block.id === null) {
          this.#goBefore(from[edit.from]!.block);
          this.#insertBlock(edit.to);
        } else this.#goToStart(from[edit.from]!.block);
        this.#marks.passMarker(from[edit.from]!.block.segment.marker);
        break;
      case 'insert-block':
        if (this.#ids[edit.to] !== null) this.#insertBlock(edit.to);
        break;
      case 'delete-block':
        this.#deleteBlock(from[edit.from]!.block);
        break;
      case 'keep-text':
        this.#keepText(edit);
        break;
      case 'insert-text':
        this.#insertText(edit);
        break;
      case 'delete-text':
        for (const run of charactersOf(from[edit.from]!.block, edit.offset, edit.length))
          deleteCharacters(this.#transaction, run);
    }
  }

  /** An unnamed block stays unnamed while it and the content before it are unchanged (WR7). */
  #idFor(index: number): string | null {
    const { to, from, alignment } = this.#change;
    const id = idOf(to[index]!.node);
    if (id !== null) return id;
    const isPlain = Object.values(storedAttributes(to[index]!.node)).every(
      (value) => value === null,
    );
    const isAlone = to.length === 1 && from.length === this.#page.leaves.length;
    if (isAlone && isPlain && to[index]!.containers.length === 0) return null;
    const earlier = alignment.earlier[index]!;
    // The only block gets its marker with the second one: later, each of two users would create
    // one.
    if (earlier === -1 || this.#page.leaves.length === 1) return newBlockId();
    const { block } = from[earlier]!;
    const before = this.#page.leaves[this.#change.index + earlier - 1]?.block.id;
    const now =
      index > 0 ? idOf(to[index - 1]!.node) : this.#page.leaves[this.#change.index - 1]?.block.id;
    const isAlike = isPlain && isSame(to[index]!.containers, this.#page.containersOf(block));
    // Without a marker, the block would vanish with its last character (RD2).
    const hasText = to[index]!.node.content.size > 0;
    return isAlike && hasText && before === now ? null : newBlockId();
  }

  /**
   * Marks blocks explicitly as at home if they are so only because their slots form a circle (RD7).
   * New or deleted blocks would otherwise make them parts of other texts.
   */
  #settleBlocks(): void {
    for (const { block } of this.#page.leaves) {
      const { id, attributes, segment } = block;
      if (id === null || segment.marker === null || attributes.at === null) continue;
      if (this.#page.slotOf(segment.marker)?.slot.kind !== 'join') continue;
      this.#page.setAttribute(id, 'at', null);
      this.#page.setAttribute(id, 'free', true);
    }
  }

  #startBehind(leaf: ShownLeaf | undefined): void {
    if (!leaf) return;
    const { block } = leaf;
    const [last] = charactersOf(block, lengthOf(block) - 1, 1);
    if (last) this.#goTo(last, last.formats);
    else this.#goToStart(block);
  }

  #goToStart({ segment: { marker, formats } }: ShownBlock): void {
    this.#goTo(marker, formats.values);
  }

  /**
   * Before the first character: a marker there begins a block with this text, wherever the previous
   * block is shown.
   */
  #goBefore(block: ShownBlock): void {
    const [first] = charactersOf(block, 0, 1);
    if (first) this.#goTo(firstItem(this.#transaction, first).left, first.formats);
    else this.#goToStart(block);
  }

  #goTo(place: Y.Item | Characters | null, formats: FormatValues): void {
    this.#place = place;
    this.#formats = formats;
    this.#cursor = null;
  }

  #at(): StreamCursor {
    if (this.#cursor) return this.#cursor;
    const { text } = this.#page.roots;
    const place = this.#place;
    const item =
      place === null || place instanceof Y.Item ? place : lastItem(this.#transaction, place);
    return (this.#cursor = new StreamCursor(this.#transaction, text, item, this.#formats));
  }

  #keepText(edit: Extract<Edit, { kind: 'keep-text' }>): void {
    const { block, node } = this.#change.from[edit.from]!;
    const target = this.#change.to[edit.to]!.node;
    const changes = markChanges(
      { node, offset: edit.fromOffset },
      { node: target, offset: edit.toOffset },
      edit.length,
    );
    for (const { offset, length, change } of changes) {
      for (const run of charactersOf(block, edit.fromOffset + offset, length)) {
        this.#goTo(run, run.formats);
        if (change) this.#marks.add(run, change);
        else this.#marks.end();
      }
    }
  }

  #insertText(edit: Extract<Edit, { kind: 'insert-text' }>): void {
    const { node } = this.#change.to[edit.to]!;
    const text = streamTextOf(node);
    for (const { from, to, marks } of marksAt(node, edit.offset, edit.length)) {
      const formats = marks === null ? null : formatsOf(marks);
      const { client, clock } = this.#at().insertText(text.slice(from, to), formats).id;
      this.#inserted.push({ leaf: edit.to, offset: from, client, clock, length: to - from });
    }
  }

  #insertBlock(to: number): void {
    this.#isStructural = true;
    const leaf = this.#change.to[to]!;
    const id = this.#ids[to]!;
    const fields = { ...storedAttributes(leaf.node), in: leaf.containers.at(-1) ?? null };
    const set = Object.entries(fields).filter(([, value]) => value !== null);
    const behind = this.#at().left;
    this.#markers.set(to, this.#at().insertEmbed({ id, ...Object.fromEntries(set) }));
    // Attributes of an earlier block with this id would apply to it.
    for (const [name, value] of Object.entries(fields)) this.#setIfStored(id, name, value);
    if (behind !== null) this.#bringRest(behind, this.#at().left!);
  }

  /**
   * The text after a place in a joined segment is the rest of that segment, then the text after its
   * slot. A block that begins at the place must take the second part along. Slots may form a circle
   * (RD7): the walk ends at the segment that is shown as a block.
   */
  #bringRest(behind: Y.Item, marker: Y.Item): void {
    let segment = markerBefore(behind);
    while (segment !== null && !this.#page.isBlock(segment)) {
      const slot = this.#page.slotOf(segment);
      if (slot?.slot.kind !== 'join') return;
      const rest = slot.item.right;
      if (rest !== null && hasContent(rest)) {
        const id = newBlockId();
        const { text } = this.#page.roots;
        new StreamCursor(this.#transaction, text, slot.item, {}).insertEmbed({ id });
        this.#showAt(id, 'join', endOfSegment(marker));
      }
      segment = markerBefore(slot.item);
    }
  }

  /** Joins the rest of a block to the text before it (WR3, WR6). */
  #deleteBlock(block: ShownBlock): void {
    this.#isStructural = true;
    const { marker } = block.segment;
    if (block.id === null || marker === null || marker.deleted) return;
    const slot = this.#page.slotOf(marker);
    const before = this.#at().left;
    if (slot !== null && before !== null) {
      slot.item.delete(this.#transaction);
      this.#showAt(block.id, 'join', endOfSegment(before));
    } else if (slot === null && before !== null && !follows(marker, before)) {
      this.#showAt(block.id, 'join', endOfSegment(before));
    } else {
      if (before === null) {
        this.#orphans.push(...this.#page.segmentsJoinedTo(block));
        this.#freeNext(marker);
      }
      if (slot !== null) slot.item.delete(this.#transaction);
      marker.delete(this.#transaction);
    }
  }

  /** Without the marker, the next block would join the run of the preceding content. */
  #freeNext(marker: Y.Item): void {
    const next = nextMarker(marker);
    if (next === null || !this.#page.isBlock(next) || this.#page.slotOf(next) !== null) return;
    const { id, attributes } = this.#page.leavesOf(next)[0]!.block;
    if (id !== null && !attributes.free) this.#page.setAttribute(id, 'free', true);
  }

  /** Deletes empty segments: their slots may now form a circle and show the block again (RD7). */
  #deleteOrphans(): void {
    for (const { marker } of this.#orphans) {
      if (marker === null || marker.deleted) continue;
      const slot = this.#page.slotOf(marker);
      if (hasText(marker.right)) continue;
      this.#freeNext(marker);
      slot?.item.delete(this.#transaction);
      marker.delete(this.#transaction);
    }
  }

  #showAt(id: string, kind: 'place' | 'join', behind: Y.Item): void {
    const slot = newBlockId();
    const { text } = this.#page.roots;
    new StreamCursor(this.#transaction, text, behind, {}).insertEmbed(
      slotEmbed({ id: slot, kind }),
    );
    this.#page.setAttribute(id, 'at', slot);
  }

  #writeAttributes(block: ShownBlock, leaf: Leaf, id: string | null): void {
    if (id === null || block.id === null) return;
    for (const [name, value] of Object.entries(storedAttributes(leaf.node)))
      if (!isSame(value, block.attributes[name] ?? null)) this.#page.setAttribute(id, name, value);
    const container = leaf.containers.at(-1) ?? null;
    if (container !== block.attributes.in) this.#page.setAttribute(id, 'in', container);
  }

  #writeContainers(path: readonly string[]): void {
    for (const [depth, id] of path.entries()) {
      const outer = depth > 0 ? path[depth - 1]! : null;
      if (this.#page.attributes.containerOf(id) !== outer) this.#page.setAttribute(id, 'in', outer);
    }
  }

  #setIfStored(id: string, name: string, value: unknown): void {
    const { attributes } = this.#page.roots;
    const key = attributeKey(id, name);
    if (attributes.has(key) && !isSame(attributes.get(key), value))
      this.#page.setAttribute(id, name, value);
  }
}

function storedAttributes(node: Node): StoredAttributes {
  const storage = findBlockDefinition(node.type.name)?.storage;
  const type = storage?.kind === 'marker' ? storage.type : null;
  const values: Record<string, unknown> = { type };
  for (const name of attributeNames(blockOfType(type))) values[name] = node.attrs[name];
  return values;
}

function follows(marker: Y.Item, item: Y.Item): boolean {
  for (let left = marker.left; left !== null; left = left.left) {
    if (left === item) return true;
    if (isLivingMarker(left)) return false;
  }
  return false;
}
