import { Fragment, type Mark, type Node, type ResolvedPos, Slice } from '@tiptap/pm/model';
import { languageNamed } from '../code-languages.ts';

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

export interface ProgramText {
  readonly text: string;
  /** `markdown` is Markdown to parse; null is code in an unknown language. */
  readonly language: string | null;
}

/** Only whole lines are code. A part of a line is plain words, as is VS Code's plain text. */
export function readProgramText(data: Pick<DataTransfer, 'getData'>): ProgramText | null {
  const text = data.getData('text/plain').replace(/\r\n?/g, '\n');
  const mode = modeOf(data.getData('vscode-editor-data'));
  if (mode === null || mode === 'plaintext') return null;
  if (mode === 'markdown') return { text, language: 'markdown' };
  const code = text.replace(/\n$/, '');
  return code.includes('\n') ? { text: code, language: languageNamed(mode) } : null;
}

function modeOf(json: string): string | null {
  try {
    const { mode } = JSON.parse(json) as { mode?: unknown };
    return typeof mode === 'string' && /^[\w#+.-]{1,40}$/.test(mode) ? mode : null;
  } catch {
    return null;
  }
}
