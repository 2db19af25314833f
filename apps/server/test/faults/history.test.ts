/** The check itself can fail. */
import { describe, expect, test } from 'vitest';
import {
  checkChannel,
  checkText,
  noFindings,
  type ChannelHistory,
  type HistoryEvent,
  type Listener,
  type ListenerEntry,
  type TextHistory,
} from './history.ts';

const TEXT = '<a.0><b.0><a.1>';

function textHistory(changes: Partial<TextHistory> = {}): TextHistory {
  return {
    sent: ['a.0', 'b.0', 'a.1'].map((item) => ({ item, acknowledgedMs: 1 })),
    copies: ['a', 'b', 'the journal'].map((of) => ({ of, text: TEXT })),
    repeatedRows: 0,
    ...changes,
  };
}

function findingsOf(check: 'text', history: TextHistory): ReturnType<typeof noFindings>;
function findingsOf(check: 'channel', history: ChannelHistory): ReturnType<typeof noFindings>;
function findingsOf(check: 'text' | 'channel', history: TextHistory | ChannelHistory) {
  const findings = noFindings();
  if (check === 'text') checkText(history as TextHistory, findings);
  else checkChannel(history as ChannelHistory, findings);
  return findings;
}

const withJournal = (text: string) =>
  textHistory({
    copies: [
      { of: 'a', text: TEXT },
      { of: 'the journal', text },
    ],
  });

describe('text', () => {
  test('without a fault, nothing is found', () => {
    expect(findingsOf('text', textHistory())).toEqual({ ...noFindings(), acknowledged: 3 });
  });

  test('a word that one copy lacks is lost', () => {
    const { lost, problems } = findingsOf('text', withJournal('<a.0><a.1>'));
    expect(lost).toEqual(['b.0 in the journal']);
    expect(problems).toEqual(['the text of the journal is not that of a']);
  });

  test('a word that all copies lack is lost', () => {
    const copies = [{ of: 'a', text: '<a.0><b.0>' }];
    expect(findingsOf('text', textHistory({ copies })).lost).toEqual(['a.1 in a']);
  });

  test('a word that is there twice is found', () => {
    const { twice } = findingsOf('text', withJournal('<a.0><b.0><b.0><a.1>'));
    expect(twice).toEqual(['b.0 in the journal']);
  });

  test.each([
    ['a word of no one', `${TEXT}<c.0>`, 'c.0 in the journal was written by no one'],
    ['another order', '<a.1><b.0><a.0>', 'a.0 in the journal is behind a later word of its author'],
    ['other characters', `${TEXT} `, 'the text of the journal is not that of a'],
  ])('%s is a problem', (_, text, problem) => {
    expect(findingsOf('text', withJournal(text)).problems).toContain(problem);
  });

  test('a word that was never acknowledged is a problem, and is not lost', () => {
    const history = textHistory({
      sent: [...textHistory().sent, { item: 'a.2', acknowledgedMs: null }],
    });
    const { lost, problems } = findingsOf('text', history);
    expect([lost, problems]).toEqual([[], ['1 words were never acknowledged']]);
  });

  test('a run in which no words were acknowledged is a problem', () => {
    const history = textHistory({ sent: [], copies: [{ of: 'a', text: '' }] });
    expect(findingsOf('text', history).problems).toEqual(['no words were acknowledged']);
  });

  test('rows that change nothing were committed twice', () => {
    expect(findingsOf('text', textHistory({ repeatedRows: 2 })).twice).toEqual([
      '2 rows of the journal',
    ]);
  });
});

const position = (offset: number, epoch = 'e') => ({ epoch, offset });
const event = (command: string): HistoryEvent => ({ name: 'chat:sent', command, digest: command });
const [one, two, three] = ['c1', 'c2', 'c3'].map(event) as [
  HistoryEvent,
  HistoryEvent,
  HistoryEvent,
];

const START: ListenerEntry = { kind: 'replaced', position: position(0) };
const applied = (offset: number, ...events: HistoryEvent[]): ListenerEntry => ({
  kind: 'applied',
  position: position(offset),
  events,
});
const listener = (
  entries: readonly ListenerEntry[],
  changes: Partial<Listener> = {},
): Listener => ({
  name: 'ann',
  entries,
  digest: 'c1 c2 c3',
  ...changes,
});

function channelHistory(changes: Partial<ChannelHistory> = {}): ChannelHistory {
  return {
    name: 'chat',
    sent: ['c1', 'c2', 'c3'].map((item, at) => ({
      item,
      acknowledgedMs: 1,
      positions: [{ name: 'chat', ...position(at + 1) }],
    })),
    stored: new Map([one, two, three].map((each, at) => [at + 1, each])),
    listeners: [
      listener([START, applied(2, one, two), applied(3, three)]),
      listener([{ kind: 'replaced', position: position(3) }], { name: 'new' }),
    ],
    ...changes,
  };
}

describe('channels', () => {
  test('without a fault, nothing is found', () => {
    expect(findingsOf('channel', channelHistory())).toEqual({ ...noFindings(), acknowledged: 3 });
  });

  test('an acknowledged command without its event is lost', () => {
    const stored = new Map([
      [1, one],
      [2, two],
    ]);
    const listeners = [listener([START, applied(2, one, two)])];
    expect(findingsOf('channel', channelHistory({ stored, listeners })).lost).toEqual([
      'c3 of chat',
    ]);
  });

  test('an event that the database deleted because newer ones followed is not lost', () => {
    const stored = new Map([[3, three]]);
    expect(findingsOf('channel', channelHistory({ stored }))).toEqual({
      ...noFindings(),
      acknowledged: 3,
    });
  });

  test.each([
    [
      'the newest event',
      new Map([
        [1, one],
        [2, two],
      ]),
      ['c3 of chat'],
    ],
    [
      'an event in the middle',
      new Map([
        [1, one],
        [3, three],
      ]),
      ['c2 of chat'],
    ],
    ['everything', new Map(), ['c1 of chat', 'c2 of chat', 'c3 of chat']],
  ])('%s that only a listener has is lost', (_, stored, expected) => {
    const { lost, problems } = findingsOf('channel', channelHistory({ stored }));
    expect(lost).toEqual(expected);
    for (const item of expected) {
      const offset = item.slice(1, 2);
      expect(problems).toContain(
        `ann got event ${offset} of chat, which the database does not have`,
      );
    }
  });

  test('a command that was never acknowledged is a problem, and is not lost', () => {
    const sent = [...channelHistory().sent, { item: 'c4', acknowledgedMs: null, positions: [] }];
    const { lost, problems } = findingsOf('channel', channelHistory({ sent }));
    expect([lost, problems]).toEqual([[], ['1 commands of chat were never acknowledged']]);
  });

  test('a run in which no command was acknowledged is a problem', () => {
    const { problems } = findingsOf('channel', channelHistory({ sent: [] }));
    expect(problems).toEqual(['no commands of chat were acknowledged']);
  });

  test('an acknowledged command whose position holds another event is lost', () => {
    const stored = new Map([
      [1, one],
      [2, three],
      [3, three],
    ]);
    const { lost, twice } = findingsOf('channel', channelHistory({ stored, listeners: [] }));
    expect(lost).toEqual(['c2 of chat']);
    expect(twice).toEqual(['chat:sent of c3 in chat in the database']);
  });

  test('an event that a listener got twice is found', () => {
    const listeners = [listener([START, applied(2, one, two), applied(4, two, three)])];
    const { twice } = findingsOf('channel', channelHistory({ listeners }));
    expect(twice).toEqual(['chat:sent of c2 in chat at ann']);
  });

  test.each([
    ['a gap', [START, applied(1, one), applied(3, three)], 'events of chat after 2, and was at 1'],
    ['the same again', [START, applied(1, one), applied(1, one)], 'after 0, and was at 1'],
    ['going back', [START, applied(2, one, two), START], 'ann went back in chat, from 2 to 0'],
    ['another order', [START, applied(2, two, one)], 'ann got another event 1 of chat than others'],
    ['no state first', [applied(1, one)], 'events of chat after 0, and was at undefined'],
  ])('%s is a problem', (_, entries, problem) => {
    const { problems } = findingsOf('channel', channelHistory({ listeners: [listener(entries)] }));
    expect(problems.join()).toContain(problem);
  });

  test('a hole in the database, and a state that differs, are problems', () => {
    const stored = new Map([
      [1, one],
      [3, three],
    ]);
    const listeners = [listener([START], { digest: 'other' }), listener([], { name: 'new' })];
    const { problems } = findingsOf('channel', channelHistory({ stored, listeners }));
    expect(problems).toContain('chat has a gap in the database');
    expect(problems).toContain('ann has another state of chat than new');
  });
});
