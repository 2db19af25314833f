import type { SearchMatch } from '@tandem/protocol';

/** A text with its matches marked. */
export function Highlighted({
  text,
  matches,
}: {
  readonly text: string;
  readonly matches: readonly SearchMatch[];
}) {
  const pieces = matches.map(({ from, to }, at) => {
    const before = text.slice(matches[at - 1]?.to ?? 0, from);
    return (
      <span key={from}>
        {before}
        <mark className="rounded-xs bg-(--mark) text-inherit">{text.slice(from, to)}</mark>
      </span>
    );
  });
  return (
    <>
      {pieces}
      {text.slice(matches.at(-1)?.to ?? 0)}
    </>
  );
}
