/**
 * Whether a plain text says as a whole that it is Markdown. One sign says nothing: a comment begins with `#`, a list in
 * YAML with `-`, a quoted mail with `>`. So it takes two different signs, one of which nothing else writes.
 */
export function isMarkdown(text: string): boolean {
  const lines = text.split(/\r\n?|\n/);
  const prose = withoutFences(lines);
  if (text.startsWith('#!') || isProgram(prose)) return false;
  const own = OWN_SIGNS.filter((sign) => sign(prose, lines)).length;
  const shared = SHARED_SIGNS.filter((pattern) => pattern.test(prose.join('\n'))).length;
  return own > 0 && own + shared > 1;
}

/** Signs of Markdown alone. */
const OWN_SIGNS: readonly ((prose: readonly string[], lines: readonly string[]) => boolean)[] = [
  (prose, lines) => prose.length < lines.length,
  has(/^#{2,6} \S/),
  has(/^\s*[-*+] \[[ xX]\] \S/),
  has(/^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?$/),
  has(/(?:^|[^\w*\\/`])\*\*[^\s*](?:[^*]*[^\s*])?\*\*(?![\w*])/),
  has(/\[[^[\]]+\]\((?:https?:|mailto:|[./#])[^\s)]*\)/),
];

/** Signs that other texts write as well. */
const SHARED_SIGNS: readonly RegExp[] = [
  /^# \S/m,
  /^(?:\s*[-*+] \S.*(?:\n|$)){2}/m,
  /^(?:\s*\d{1,9}[.)] \S.*(?:\n|$)){2}/m,
  /^> ?\S/m,
  /^(?:-{3,}|\*{3,})$/m,
  /(?:^|[\s([{"'])`[^`\s](?:[^`\n]*[^`\s])?`(?!\w)/m,
  /(?:^|\s)~~\S(?:[^~\n]*\S)?~~/m,
];

function has(pattern: RegExp): (prose: readonly string[]) => boolean {
  return (prose) => prose.some((line) => pattern.test(line));
}

/** The lines outside of fenced code; all of them where a fence is not closed. */
function withoutFences(lines: readonly string[]): readonly string[] {
  const prose: string[] = [];
  let fence: string | null = null;
  for (const line of lines) {
    const sign: string | undefined = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === null && sign !== undefined) fence = sign;
    else if (fence === null) prose.push(line);
    else if (sign !== undefined && sign.startsWith(fence) && line.trim() === sign) fence = null;
  }
  return fence === null ? prose : lines;
}

const STATEMENTS: readonly RegExp[] = [
  /^\s*(?:import|from|def|class|if|elif|else|for|while|const|let|var|function|fn|pub|use|echo|export|sudo|print|try|except|FROM|RUN|COPY)\b.*[:;{}()=]/,
  /^\s*return\b/,
  /^\s*[\w.$[\]"'-]+\s*[-+:*/]?=\s*\S/,
  // A setting; the name of a list of them.
  /^\s*[\w."'-]+:(?:\s|$)/,
  /[;{}]\s*$/,
  // An indent that Markdown has only in lists.
  /^(?: {4}|\t)\s*[^\s\d>*+-]/,
];

/** A third of the lines being statements, or `key: value`, is a program or its settings. */
function isProgram(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  return (
    written.filter((line) => STATEMENTS.some((pattern) => pattern.test(line))).length * 3 >
    written.length
  );
}
