/** What was written after a person's role had ended and what reached that person, and the check that nothing did. */
import type { Sent } from './history.ts';

/** The longest time after the answer to the command. */
const LIMIT_MS = 1_000;
/** Fewer of a kind do not show that it is kept from the person. */
const MIN_SECRETS = 10;

export interface Secret extends Sent {
  readonly sentMs: number;
}

export interface Received {
  readonly kind: string;
  readonly atMs: number;
}

export interface RevocationHistory {
  /** When the command that ended the role was answered; infinite without an answer. */
  readonly endedMs: number;
  /** What others wrote, by the kind of message in which it would reach the person. */
  readonly secrets: ReadonlyMap<string, readonly Secret[]>;
  /** Of these kinds, and of others that tell something about the document. */
  readonly received: readonly Received[];
  /** Of the person; `toMs` is infinite for one that has not ended. */
  readonly connections: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export function findProblems(history: RevocationHistory): string[] {
  const { endedMs, secrets, received } = history;
  const problems: string[] = [];
  for (const kind of secrets.keys()) {
    if (!received.some((each) => each.kind === kind && each.atMs <= endedMs))
      problems.push(`the person got no ${kind} while they had a role`);
    const count = countKept(history, kind);
    if (count < MIN_SECRETS)
      problems.push(
        `only ${count} ${kind} were acknowledged after the role had ended and while the person was connected`,
      );
  }
  const late = received.filter(({ atMs }) => atMs > endedMs + LIMIT_MS);
  const last = late.at(-1);
  if (last !== undefined)
    problems.push(
      `${late.length} messages reached a person whose role had ended, the last of them (${last.kind}) after ${Math.round(last.atMs - endedMs)} ms`,
    );
  return problems;
}

/** Whether so much was written that the check shows something. */
export function isConclusive(history: RevocationHistory): boolean {
  return [...history.secrets.keys()].every((kind) => countKept(history, kind) >= MIN_SECRETS);
}

/** Secrets that a node would have sent to the person. */
function countKept({ endedMs, secrets, connections }: RevocationHistory, kind: string): number {
  const kept = (secrets.get(kind) ?? []).filter(
    ({ sentMs, acknowledgedMs }) =>
      acknowledgedMs !== null &&
      sentMs > endedMs + LIMIT_MS &&
      connections.some(({ fromMs, toMs }) => fromMs < sentMs && acknowledgedMs < toMs),
  );
  return kept.length;
}
