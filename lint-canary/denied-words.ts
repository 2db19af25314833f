/**
 * Words and names that this code does not use, because each has a standard term that a newcomer would
 * search for. They are denied in identifiers, comments, strings, documents and file names.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface DeniedUse {
  readonly path: string;
  /** From 1; 0 for the name of the file. */
  readonly line: number;
  readonly found: string;
  readonly instead: string;
}

/**
 * Lower-case words and their replacements. They match in any case, also as a part of an identifier:
 * `last words` finds `LastWords` and `last-words.ts`.
 */
export const DENIED_WORDS: Readonly<Record<string, string>> = {
  anew: 'again',
  arena: 'runner',
  avalanche: 'reconnect storm',
  census: 'stats',
  'chip word': 'save status label',
  coalescer: 'throttle',
  contestant: 'target',
  courier: 'background sync',
  dear: 'expensive',
  dialogue: 'protocol',
  entrance: 'access',
  'for ever': 'forever, permanently',
  incarnation: 'epoch',
  'last words': 'unload outbox',
  mend: 'fix',
  observatory: 'metrics collector',
  offence: 'violation',
  'of which': 'whose, or two sentences',
  rehearsal: 'dry run',
  rehearse: 'dry-run',
  rehearsing: 'dry run',
  seating: 'struct store overlay',
  'so long a': 'such a long',
  solicited: 'requested',
  spoilt: 'corrupted',
  stranger: 'connection before authentication',
  'the house': 'the server, or its name',
  unkept: 'unpersisted',
  usher: 'launcher',
  victim: 'target',
  whoever: 'the actor, named',
};

/** Folders in which a word has another meaning. */
export const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // A typeface.
  courier: ['apps/web/'],
};

/** Identifiers whose words are common by themselves, and their replacements. They match exactly. */
export const DENIED_IDENTIFIERS: Readonly<Record<string, string>> = {
  AnswerMemory: 'AsyncCache',
  Audience: 'SubscriberList, NoticeRecorder',
  BadProxy: 'FaultyProxy',
  CONGESTED_BYTES: 'SLOW_CONSUMER',
  ChannelClock: 'ChannelLatencyTracker',
  CommandHost: 'CommandBatcher',
  CommandLine: 'CommandQueue',
  CrowdPage: 'VisibleMembers',
  CursorPace: 'CursorRateController',
  EventRing: 'EventBuffer',
  FlushTurn: 'FlushScheduler',
  Hearer: 'MessageListener',
  HeldRequests: 'LongPollSlots',
  HelloBudget: 'HandshakeRateLimiter',
  HonestWriter: 'WellBehavedClient',
  House: 'RoomFixture',
  KeptDocument: 'DocumentPersistence',
  LAGGING_BYTES: 'SLOW_CONSUMER',
  OpeningLine: 'OpenQueue',
  PRESSED_BYTES: 'CONFLATE_THRESHOLD_BYTES',
  PresenceBoard: 'Roster',
  RateGate: 'KeyedRateLimiter',
  Seat: 'Participant',
  Tally: 'Totals',
  WorkBoard: 'WorkerProgress',
  Workmark: 'Wordmark',
  caretKeeper: 'selectionAnchor',
  complain: 'reportError',
  dieOfOwnFaults: 'crashOnUnhandledError',
  fateOf: 'pendingWorkOutcome',
  hasSpoken: 'hasEntries',
  incident: 'error',
  isHopeless: 'isOverLimit',
  isLeft: 'isOrphaned',
  isLingering: 'isInGracePeriod',
  misunderstood: 'onProtocolError',
  owedSeq: 'requestedOffset',
  provenUntil: 'authenticatedUntil',
  pushOut: 'evictOldest',
  remedyOf: 'suggestedAction',
  roomy: 'isWritable',
  takeIn: 'accept',
  whenRoomy: 'onDrain',
};

const TEXT_FILE = /\.(ts|tsx|mjs|js|md|json|jsonc|css|html|yml|yaml)$/;
const GENERATED = new Set(['pnpm-lock.yaml']);
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'data', 'results', 'test-results']);
const HIDDEN_FOLDERS = new Set(['.github', '.ci']);

export function deniedUsesBelow(root: string, skipped: readonly string[] = []): DeniedUse[] {
  return textFilesBelow(root)
    .map((file) => ({ file, path: relative(root, file).replaceAll('\\', '/') }))
    .filter(({ path }) => !skipped.some((part) => path.startsWith(part)))
    .flatMap(({ file, path }) => deniedUses(path, readFileSync(file, 'utf8')));
}

export function isException({ path, found }: DeniedUse): boolean {
  const word = Object.keys(EXCEPTIONS).find((known) => matchesWord(found, known));
  return word !== undefined && EXCEPTIONS[word]!.some((folder) => path.startsWith(folder));
}

function matchesWord(found: string, word: string): boolean {
  const letters = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  return letters(found).startsWith(letters(word));
}

export function deniedUses(path: string, text: string): DeniedUse[] {
  const name = path.split('/').at(-1) ?? path;
  return [...usesIn(path, name, 0), ...usesIn(path, text, 1)];
}

function usesIn(path: string, text: string, firstLine: number): DeniedUse[] {
  return [...wordUses(text), ...identifierUses(text)]
    .sort((one, other) => one.index - other.index)
    .map(({ index, found, instead }) => {
      const line =
        firstLine === 0 ? 0 : firstLine + (text.slice(0, index).match(/\n/g) ?? []).length;
      return { path, line, found, instead };
    });
}

interface Use {
  readonly index: number;
  readonly found: string;
  readonly instead: string;
}

/** Separators within a phrase, including a line break with the margin of a comment. */
const GAP = String.raw`[\s_*/#>-]+`;
// A word also begins at a capital letter, and ends before one.
const PHRASES = Object.entries(DENIED_WORDS).map(([phrase, instead]) => {
  const [first = '', ...others] = phrase.split(' ');
  const begin = `(?:(?<![A-Za-z])${first[0]}|${first[0]!.toUpperCase()})${first.slice(1)}`;
  const rest = others.map(
    (word) => `(?:${GAP}${word[0]}|(?:${GAP})?${word[0]!.toUpperCase()})${word.slice(1)}`,
  );
  const lower = new RegExp(`${begin}${rest.join('')}(?:s|d|ed)?(?![a-z])`, 'g');
  const capitals = phrase.toUpperCase().replaceAll(' ', GAP);
  const upper = new RegExp(`(?<![A-Za-z])${capitals}S?(?![A-Za-z])`, 'g');
  return { patterns: [lower, upper], instead };
});

function wordUses(text: string): Use[] {
  return PHRASES.flatMap(({ patterns, instead }) =>
    patterns.flatMap((pattern) =>
      [...text.matchAll(pattern)].map(({ index, 0: found }) => ({ index, found, instead })),
    ),
  );
}

function identifierUses(text: string): Use[] {
  return [...text.matchAll(/[A-Za-z_$][\w$]*/g)].flatMap(({ index, 0: found }) => {
    if (!Object.hasOwn(DENIED_IDENTIFIERS, found)) return [];
    return [{ index, found, instead: DENIED_IDENTIFIERS[found]! }];
  });
}

export function textFilesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile())
      return TEXT_FILE.test(entry.name) && !GENERATED.has(entry.name) ? [path] : [];
    if (!entry.isDirectory() || SKIPPED_FOLDERS.has(entry.name)) return [];
    return entry.name.startsWith('.') && !HIDDEN_FOLDERS.has(entry.name)
      ? []
      : textFilesBelow(path);
  });
}
