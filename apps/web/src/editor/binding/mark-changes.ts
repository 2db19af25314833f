import { writeMarks } from '@tandem/document/stream';
import type { Mark, Node } from '@tiptap/pm/model';

import { type FormatValues, isSame } from './stream-cursor.ts';

export interface MarkedText {
  readonly from: number;
  readonly to: number;
  /** Null in code and for line breaks, which take the marks in force. */
  readonly marks: readonly Mark[] | null;
}

export function* marksAt(node: Node, offset: number, length: number): Generator<MarkedText> {
  const isCode = node.type.spec.code === true;
  let start = 0;
  for (const child of node.children) {
    const from = Math.max(start, offset);
    const to = Math.min(start + child.nodeSize, offset + length);
    if (from < to) yield { from, to, marks: isCode || !child.isText ? null : child.marks };
    start += child.nodeSize;
  }
}

export interface MarkChange {
  readonly offset: number;
  readonly length: number;
  /**
   * Null: the marks are equal. A null value ends a format. Line breaks follow the text before them.
   */
  readonly change: FormatValues | null;
}

interface Stretch {
  readonly node: Node;
  readonly offset: number;
}

export function markChanges(before: Stretch, after: Stretch, length: number): MarkChange[] {
  if (before.node === after.node && before.offset === after.offset)
    return [{ offset: 0, length, change: null }];
  const old = [...marksAt(before.node, before.offset, length)];
  const changes: MarkChange[] = [];
  let index = 0;
  for (const { from, to, marks } of marksAt(after.node, after.offset, length)) {
    for (let offset = from - after.offset; offset < to - after.offset;) {
      while (old[index]!.to - before.offset <= offset) index++;
      const end = Math.min(to - after.offset, old[index]!.to - before.offset);
      const was = old[index]!.marks;
      const change = changeOf(was, marks);
      const last = changes.at(-1);
      if (last && (was === null || marks === null || isSame(last.change, change)))
        changes[changes.length - 1] = { ...last, length: last.length + end - offset };
      else changes.push({ offset, length: end - offset, change });
      offset = end;
    }
  }
  return changes;
}

function changeOf(
  before: readonly Mark[] | null,
  after: readonly Mark[] | null,
): FormatValues | null {
  if (before === null || after === null || before === after) return null;
  const from = formatsOf(before);
  const to = formatsOf(after);
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  const change = [...names]
    .filter((name) => !isSame(from[name] ?? null, to[name] ?? null))
    .map((name) => [name, to[name] ?? null] as const);
  return change.length === 0 ? null : Object.fromEntries(change);
}

export function formatsOf(marks: readonly Mark[]): FormatValues {
  return writeMarks(marks.map((mark) => mark.toJSON() as Parameters<typeof writeMarks>[0][number]));
}
