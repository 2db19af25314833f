/** The check of ended roles can fail. */
import { expect, test } from 'vitest';
import {
  findProblems,
  isConclusive,
  type RevocationHistory,
  type Secret,
} from './revocation-history.ts';

const ENDED_MS = 1_000;

/** One each 100 ms. */
const secrets = (toMs: number, isAcknowledged: (sentMs: number) => boolean = () => true) =>
  Array.from({ length: toMs / 100 }, (_, at): Secret => {
    const sentMs = at * 100;
    const acknowledgedMs = isAcknowledged(sentMs) ? sentMs + 5 : null;
    return { item: `secret ${at}`, sentMs, acknowledgedMs };
  });

function history(changes: Partial<RevocationHistory> = {}): RevocationHistory {
  return {
    endedMs: ENDED_MS,
    secrets: new Map([
      ['updates', secrets(4_000)],
      ['events', secrets(4_000)],
    ]),
    received: [
      { kind: 'updates', atMs: 10 },
      { kind: 'events', atMs: 20 },
      { kind: 'events', atMs: ENDED_MS + 900 },
    ],
    connections: [{ fromMs: -1, toMs: Number.POSITIVE_INFINITY }],
    ...changes,
  };
}

const withUpdates = (updates: readonly Secret[]) =>
  history({ secrets: new Map([...history().secrets, ['updates', updates]]) });

const FEW = 'updates were acknowledged after the role had ended and while the person was connected';

test('what is kept from a person who is connected is no problem', () => {
  expect(findProblems(history())).toEqual([]);
  expect(isConclusive(history())).toBe(true);
});

test('a person who comes back is watched again', () => {
  const connections = [
    { fromMs: -1, toMs: 1_200 },
    { fromMs: 2_500, toMs: Number.POSITIVE_INFINITY },
  ];
  expect(findProblems(history({ connections }))).toEqual([]);
});

test.each(['updates', 'opened'])('%s more than a second after the end is a problem', (kind) => {
  const late = { kind, atMs: ENDED_MS + 1_234 };
  expect(findProblems(history({ received: [...history().received, late] }))).toEqual([
    `1 messages reached a person whose role had ended, the last of them (${kind}) after 1234 ms`,
  ]);
});

test('a person who got nothing before is a problem', () => {
  const received = [{ kind: 'events', atMs: 20 }];
  expect(findProblems(history({ received }))).toEqual([
    'the person got no updates while they had a role',
  ]);
});

test.each([
  ['nobody writes after the end', withUpdates(secrets(1_000)), `only 0 ${FEW}`],
  [
    'nothing is acknowledged after the end',
    withUpdates(secrets(4_000, (sentMs) => sentMs < ENDED_MS)),
    `only 0 ${FEW}`,
  ],
  ['writing ends early', withUpdates(secrets(2_500)), `only 4 ${FEW}`],
  [
    'the connection of the person ended',
    history({ connections: [{ fromMs: -1, toMs: ENDED_MS + 100 }] }),
    `only 0 ${FEW}`,
  ],
  ['the person was never connected', history({ connections: [] }), `only 0 ${FEW}`],
])('that %s is a problem', (_, each, problem) => {
  expect(findProblems(each)).toContain(problem);
  expect(isConclusive(each)).toBe(false);
});
