import { type IdRange, IdRanges } from './id-ranges.ts';
import { longestIncreasing } from './increasing-run.ts';
import { isSameContent, partOf } from './noted-origins.ts';
import type { StreamReading, StreamRun } from './stream-reading.ts';

/** A part of a run of the earlier moment, and what it is in the later one. */
export interface Match {
  readonly run: StreamRun;
  readonly skipped: number;
  readonly length: number;
  /** Null where it is gone. */
  readonly now: { readonly run: StreamRun; readonly skipped: number } | null;
}

/**
 * What of an earlier moment is there in a later one, in the order of the earlier stream: a character that lives is
 * itself; one that is gone may be there as a copy. A copy counts where it reads as the character did and stands among
 * what lives where the character stood, so that no note can hide a change of words or of their order (HI5).
 */
export function matchStreams(then: StreamReading, now: StreamReading): readonly Match[] {
  const living = new IdRanges<StreamRun>();
  const copies = new IdRanges<StreamRun>();
  const slots = new Map<string, StreamRun>();
  for (const run of now.runs) {
    living.add(run.id, run);
    copies.add(run.origin, run);
    if (run.slot !== null && !slots.has(run.slot)) slots.set(run.slot, run);
  }
  return inOrder(
    then.runs.flatMap((run) =>
      Array.from(living.cut(run.id)).flatMap((part): readonly Match[] => {
        const skipped = part.clock - run.id.clock;
        const { length, value } = part;
        if (value !== null)
          return [{ run, skipped, length, now: { run: value, skipped: part.skipped } }];
        const origin = { ...run.origin, clock: run.origin.clock + skipped, length };
        return Array.from(copies.cut(origin), (copy) => {
          const match = { run, skipped: copy.clock - run.origin.clock, length: copy.length };
          // Copies of slots are not recorded, but named.
          const named = run.slot === null ? undefined : slots.get(run.slot);
          return {
            ...match,
            now: copyIn(match, copy) ?? (named && { run: named, skipped: 0 }) ?? null,
          };
        });
      }),
    ),
  );
}

export function nowRange({ now, length }: Match): IdRange | null {
  return now && { client: now.run.id.client, clock: now.run.id.clock + now.skipped, length };
}

export function thenRange({ run, skipped, length }: Match): IdRange {
  return { client: run.id.client, clock: run.id.clock + skipped, length };
}

export function isItself(match: Match): boolean {
  const { client, clock } = thenRange(match);
  const now = nowRange(match);
  return now?.client === client && now.clock === clock;
}

function copyIn(
  { run, skipped, length }: Omit<Match, 'now'>,
  copy: { readonly value: StreamRun | null; readonly skipped: number },
): Match['now'] {
  if (copy.value === null) return null;
  const text = partOf(copy.value.content, copy.skipped, length);
  const isSame = isSameContent(partOf(run.content, skipped, length), text);
  return isSame ? { run: copy.value, skipped: copy.skipped } : null;
}

/** What lives keeps its order. Copies that stand elsewhere among it, or in another order, count as new. */
function inOrder(matches: readonly Match[]): readonly Match[] {
  const start = ({ now }: Match): number => now!.run.index + now!.skipped;
  const next: number[] = [];
  for (let i = matches.length - 1, at = Infinity; i >= 0; i--) {
    next[i] = at;
    if (isItself(matches[i]!)) at = start(matches[i]!);
  }
  let end = 0;
  const found = matches.filter((match, i) => {
    if (match.now === null) return false;
    const from = start(match);
    const to = from + match.length;
    if (isItself(match)) end = to;
    return isItself(match) || (from >= end && to <= next[i]!);
  });
  const stays = longestIncreasing(found.map(start));
  const kept = new Set<Match>();
  end = 0;
  for (const [i, match] of found.entries()) {
    if (!stays.has(i) || start(match) < end) continue;
    kept.add(match);
    end = start(match) + match.length;
  }
  return matches.map((match) => (kept.has(match) ? match : { ...match, now: null }));
}
