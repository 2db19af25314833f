/**
 * Whether plain text as a whole is Markdown. One sign is not enough: comments begin with `#`, YAML
 * lists with `-`, quoted mail with `>`. Two different signs are required, one of them exclusive to
 * Markdown.
 */
export function isMarkdown(text: string): boolean {
  const lines = text.split(/\r\n?|\n/);
  const prose = withoutFences(lines);
  if (text.startsWith('#!') || isProgram(prose)) return false;
  const own = OWN_SIGNS.filter((sign) => sign(prose, lines)).length;
  const shared = SHARED_SIGNS.filter((pattern) => pattern.test(prose.join('\n'))).length;
  return own > 0 && own + shared > 1;
}

const OWN_SIGNS: readonly ((prose: readonly string[], lines: readonly string[]) => boolean)[] = [
  (prose, lines) => prose.length < lines.length,
  has(/^#{2,6} \S/),
  has(/^\s*[-*+] \[[ xX]\] \S/),
  has(/^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?$/),
  has(/(?:^|[^\w*\\/`])\*\*[^\s*](?:[^*]*[^\s*])?\*\*(?![\w*])/),
  has(/\[[^[\]]+\]\((?:https?:|mailto:|[./#])[^\s)]*\)/),
];

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
  // A setting, or the name of a list of settings.
  /^\s*[\w."'-]+:(?:\s|$)/,
  /[;{}]\s*$/,
  // An indent that Markdown has only in lists.
  /^(?: {4}|\t)\s*[^\s\d>*+-]/,
];

/** Text with a third of its lines as statements or `key: value` is a program or its settings. */
function isProgram(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  return (
    written.filter((line) => STATEMENTS.some((pattern) => pattern.test(line))).length * 3 >
    written.length
  );
}
