/** What people sent and were told, and the check that the cluster kept its promises (P1 to P3). */
import type { ChannelPosition } from '@tandem/protocol';

export interface Sent {
  /** A word, `author.number`, or the id of a command. */
  readonly item: string;
  acknowledgedMs: number | null;
}

export interface Copy {
  readonly of: string;
  readonly text: string;
}

export interface TextHistory {
  readonly sent: readonly Sent[];
  /** Of each person, a new reader, and the journal. */
  readonly copies: readonly Copy[];
  /** Rows of the journal that changed nothing: somebody's update was committed before. */
  readonly repeatedRows: number;
}

export interface HistoryEvent {
  readonly name: string;
  readonly command: string | null;
  /** Equal for equal events. */
  readonly digest: string;
}

export type ListenerEntry =
  | { readonly kind: 'replaced'; readonly position: ChannelPosition }
  | {
      readonly kind: 'applied';
      /** After the last of them. */
      readonly position: ChannelPosition;
      readonly events: readonly HistoryEvent[];
    };

export interface Listener {
  readonly name: string;
  readonly entries: readonly ListenerEntry[];
  /** Equal for equal states. */
  readonly digest: string;
}

export interface SentCommand extends Sent {
  positions: readonly (ChannelPosition & { readonly name: string })[];
}

export interface ChannelHistory {
  readonly name: string;
  readonly sent: readonly SentCommand[];
  /** The newest events of the database by their offsets; it deletes old ones, and never the newest one. */
  readonly stored: ReadonlyMap<number, HistoryEvent>;
  /** The last of them is a new subscriber. */
  readonly listeners: readonly Listener[];
}

export interface Findings {
  acknowledged: number;
  readonly lost: string[];
  readonly twice: string[];
  /** Sentences. */
  readonly problems: string[];
}

export function noFindings(): Findings {
  return { acknowledged: 0, lost: [], twice: [], problems: [] };
}

const WORD = /<([\w-]+\.\d+)>/g;

export function checkText({ sent, copies, repeatedRows }: TextHistory, findings: Findings): void {
  const { lost, twice, problems } = findings;
  const known = new Set(sent.map(({ item }) => item));
  const acknowledged = acknowledgedOf(sent, 'words', findings);
  for (const { of, text } of copies) {
    const words = Array.from(text.matchAll(WORD), ([, word]) => word as string);
    const counts = countOf(words);
    for (const { item } of acknowledged) if (!counts.has(item)) lost.push(`${item} in ${of}`);
    for (const [word, count] of counts) {
      if (count > 1) twice.push(`${word} in ${of}`);
      if (!known.has(word)) problems.push(`${word} in ${of} was written by no one`);
    }
    const late = findOutOfOrder(words);
    if (late !== null) problems.push(`${late} in ${of} is behind a later word of its author`);
    if (text !== copies[0]?.text)
      problems.push(`the text of ${of} is not that of ${copies[0]?.of}`);
  }
  if (repeatedRows > 0) twice.push(`${repeatedRows} rows of the journal`);
}

/** A run in which nothing was acknowledged shows nothing. */
function acknowledgedOf<T extends Sent>(
  sent: readonly T[],
  what: string,
  findings: Findings,
): readonly T[] {
  const { problems } = findings;
  const acknowledged = sent.filter(({ acknowledgedMs }) => acknowledgedMs !== null);
  const missing = sent.length - acknowledged.length;
  findings.acknowledged += acknowledged.length;
  if (acknowledged.length === 0) problems.push(`no ${what} were acknowledged`);
  if (missing > 0) problems.push(`${missing} ${what} were never acknowledged`);
  return acknowledged;
}

function findOutOfOrder(words: readonly string[]): string | null {
  const last = new Map<string, number>();
  for (const word of words) {
    const [author, number] = word.split('.') as [string, string];
    if ((last.get(author) ?? -1) > Number(number)) return word;
    last.set(author, Number(number));
  }
  return null;
}

export function checkChannel(history: ChannelHistory, findings: Findings): void {
  const { name, sent, stored, listeners } = history;
  const { lost, twice, problems } = findings;
  checkNoRepeat([...stored.values()], `${name} in the database`, twice);
  const offsets = [...stored.keys()].toSorted((a, b) => a - b);
  if (offsets.some((offset, at) => offset !== (offsets[0] as number) + at))
    problems.push(`${name} has a gap in the database`);
  // A copy of a listener is evidence only of what the database has deleted.
  const oldestStored = offsets[0] ?? 0;
  const known = new Map(stored);
  for (const listener of listeners)
    checkListener(listener, { name, known, oldestStored, findings });
  for (const { item, positions } of acknowledgedOf(sent, `commands of ${name}`, findings)) {
    const position = positions.find((each) => each.name === name);
    const event = position === undefined ? undefined : known.get(position.offset);
    if (event?.command !== item) lost.push(`${item} of ${name}`);
  }
  const last = listeners.at(-1);
  for (const listener of listeners)
    if (listener.digest !== last?.digest)
      problems.push(`${listener.name} has another state of ${name} than ${last?.name}`);
}

function checkListener(
  { name: of, entries }: Listener,
  {
    name,
    known,
    oldestStored,
    findings,
  }: {
    readonly name: string;
    readonly known: Map<number, HistoryEvent>;
    readonly oldestStored: number;
    readonly findings: Findings;
  },
): void {
  const { problems, twice } = findings;
  let before: ChannelPosition | null = null;
  for (const entry of entries) {
    const { position } = entry;
    if (before !== null && before.epoch === position.epoch && position.offset < before.offset)
      problems.push(`${of} went back in ${name}, from ${before.offset} to ${position.offset}`);
    if (entry.kind === 'applied') {
      const first = position.offset - entry.events.length;
      if (before === null || before.epoch !== position.epoch || before.offset !== first)
        problems.push(`${of} got events of ${name} after ${first}, and was at ${before?.offset}`);
      for (const [at, event] of entry.events.entries()) {
        const offset = first + 1 + at;
        const other = known.get(offset);
        if (other === undefined && offset < oldestStored) known.set(offset, event);
        else if (other === undefined)
          problems.push(`${of} got event ${offset} of ${name}, which the database does not have`);
        else if (other.digest !== event.digest)
          problems.push(`${of} got another event ${offset} of ${name} than others`);
      }
    }
    before = position;
  }
  const events = entries.flatMap((entry) => (entry.kind === 'applied' ? entry.events : []));
  checkNoRepeat(events, `${name} at ${of}`, twice);
}

/** A command has one event of each kind in a channel. */
function checkNoRepeat(events: readonly HistoryEvent[], where: string, twice: string[]): void {
  const commands = events.flatMap(({ command, name }) =>
    command === null ? [] : [`${name} of ${command}`],
  );
  for (const [command, count] of countOf(commands))
    if (count > 1) twice.push(`${command} in ${where}`);
}

function countOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
