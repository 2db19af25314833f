import { Fragment, type Mark, type Node, type ResolvedPos, Slice } from '@tiptap/pm/model';

/** Clipboard text with all characters unchanged: one block per line, including empty lines. */
export function readPlainText(text: string, $context: ResolvedPos): Slice {
  const { schema } = $context.doc.type;
  const marks = $context.marks();
  const blocks = text
    .split(/\r\n?|\n/)
    .map((line) => schema.nodes['textBlock']!.create(null, readLine(line, $context, marks)));
  return new Slice(Fragment.fromArray(blocks), 1, 1);
}

/** Word writes a line break as a vertical tab; the other two are Unicode line breaks. */
function readLine(line: string, { doc }: ResolvedPos, marks: readonly Mark[]): Node[] {
  const { schema } = doc.type;
  return line
    .split(/[\v\u2028\u2029]/)
    .flatMap((part, index) => [
      ...(index > 0 ? [schema.node('hardBreak')] : []),
      ...(part === '' ? [] : [schema.text(part, marks)]),
    ]);
}
