import { pause } from './simulation/environment.ts';

import { describe, expect, test } from 'vitest';

import { toggleCode, toggleQuote } from './block-commands.ts';
import { text } from './headless-page.ts';
import { type Exchange, outcomeOf } from './simulation/exchange.ts';
import {
  blockWith,
  dragToEnd,
  type Edit,
  paragraph,
  paste,
  press,
  run,
  selectEdge,
  type,
} from './simulation/page-edits.ts';

const PAGE = [text('one'), text('two'), text('three')];

const inTwo =
  (edit: Edit): Edit =>
  (view) => {
    selectEdge(view, 'two', 'end');
    edit(view);
  };
const pressed = (key: string): Edit => inTwo((view) => press(view, key));

const STEPS: readonly (readonly [name: string, edit: Edit, done: string])[] = [
  ['moving it up', pressed('Alt-Shift-ArrowUp'), 'two / one / three'],
  ['moving it down', pressed('Alt-Shift-ArrowDown'), 'one / three / two'],
  ['making it a quote', inTwo(run(toggleQuote)), 'one / > two / three'],
  ['making it code', inTwo(run(toggleCode)), 'one / ``` two / three'],
  ['making it a heading', pressed('Mod-Alt-1'), 'one / # two / three'],
  ['making it a list item', pressed('Mod-Shift-8'), 'one / - two / three'],
  ['making it a task', pressed('Mod-Shift-9'), 'one / [ ] two / three'],
  [
    'pasting three lines',
    inTwo((view) => paste(view, ['x', 'y', 'z'].map(paragraph), 'open')),
    'one / twox / y / z / three',
  ],
  [
    'pasting three lines into an empty block',
    (view) => {
      selectEdge(view, 'two', 'start');
      paste(view, ['x', 'y', ''].map(paragraph), 'open');
    },
    'one / x / y / two / three',
  ],
  ['dragging it to the end', (view) => dragToEnd(view, 'two'), 'one / three / two'],
  ['splitting it', (view) => (view.select('two', 1), press(view, 'Enter')), 'one / t / wo / three'],
  [
    'joining it',
    (view) => {
      selectEdge(view, 'two', 'start');
      press(view, 'Backspace');
    },
    'onetwo / three',
  ],
];

const undo: Edit = (view) => press(view, 'Mod-z');
const redo: Edit = (view) => press(view, 'Mod-y');
const by = (person: 'A' | 'B', edit: Edit) => ({ by: person, edit });

/** Both orders of client ids and of delivery must give the same result. */
function outcomes(...steps: Exchange['steps']): string {
  return outcomesOn(PAGE, ...steps);
}

function outcomesOn(page: Exchange['page'], ...steps: Exchange['steps']): string {
  const found = new Set<string>();
  for (const smallerId of ['A', 'B'] as const)
    for (const firstDelivered of ['A', 'B'] as const)
      found.add(outcomeOf({ page, steps, smallerId, firstDelivered }));
  return [...found].join(' | ');
}

describe.each(STEPS)('%s', (_, edit, done) => {
  const step = by('A', (view) => (pause(), edit(view), pause()));
  const typesB = by('B', (view) => {
    selectEdge(view, blockWith(view.state.doc, 'wo').node.textContent, 'end');
    type(view, 'BBB');
  });
  const withWords = (outline: string): string =>
    outline
      .split(' / ')
      .map((line) => (/wo/u.test(line) ? `${line}BBB` : line))
      .join(' / ');

  test('undo, redo, undo and redo again leave no block more or less', () => {
    const ways: [readonly Edit[], string][] = [
      [[], done],
      [[undo], 'one / two / three'],
      [[undo, redo], done],
      [[undo, redo, undo], 'one / two / three'],
      [[undo, redo, undo, redo], done],
    ];
    for (const [edits, right] of ways)
      expect(outcomes(step, 'sync', ...edits.map((each) => by('A', each)))).toBe(right);
  });

  test('what another person writes in it stays, through undo and redo', () => {
    const original = 'one / twoBBB / three';
    expect(outcomes(step, 'sync', typesB, 'sync')).toBe(withWords(done));
    expect(outcomes(step, 'sync', typesB, 'sync', by('A', undo))).toBe(original);
    expect(outcomes(step, 'sync', typesB, 'sync', by('A', undo), by('A', redo))).toBe(
      withWords(done),
    );
  });

  test('what another person writes in it meanwhile stays, through undo and redo', () => {
    expect(outcomes(step, 'sync', typesB, by('A', undo))).toBe('one / twoBBB / three');
    expect(outcomes(step, 'sync', typesB, by('A', undo), 'sync', by('A', redo))).toBe(
      withWords(done),
    );
  });

  test('the undo of another person takes back their words, and nothing else', () => {
    expect(outcomes(step, 'sync', typesB, 'sync', by('B', undo))).toBe(done);
  });
});

test('a paragraph that another person writes in a quote stays when the quote is taken back', () => {
  const quotes = by('A', inTwo(run(toggleQuote)));
  const writes = by(
    'B',
    inTwo((view) => {
      press(view, 'Enter');
      type(view, 'BBB');
    }),
  );
  expect(outcomes(quotes, 'sync', writes)).toBe('one / > two / > BBB / three');
  const undone = ['one / two / > BBB / three', 'one / two / BBB / three'];
  expect(undone).toContain(outcomes(quotes, 'sync', writes, 'sync', by('A', undo)));
  expect(undone).toContain(outcomes(quotes, 'sync', writes, by('A', undo)));
  expect(outcomes(quotes, 'sync', writes, 'sync', by('A', undo), by('A', redo))).toBe(
    'one / > two / > BBB / three',
  );
});

describe('three lines pasted into an empty page', () => {
  const empty = [text('')];
  const pastes: Edit = (view) => {
    selectEdge(view, '', 'start');
    paste(view, ['x', 'y', 'z'].map(paragraph), 'open');
    pause();
  };

  test('are there once after undo and redo', () => {
    const steps = [by('A', pastes), by('A', undo)];
    expect(outcomesOn(empty, ...steps)).toBe('∅');
    expect(outcomesOn(empty, ...steps, by('A', redo))).toBe('x / y / z');
    expect(outcomesOn(empty, ...steps, by('A', redo), by('A', undo))).toBe('∅');
  });

  test.each([
    ['x', 'xBBB / y / z'],
    ['y', 'x / yBBB / z'],
    ['z', 'x / y / zBBB'],
  ])('keep what another person writes behind %s', (line, redone) => {
    const types = by('B', (view) => {
      selectEdge(view, line, 'end');
      type(view, 'BBB');
    });
    const written = [by('A', pastes), 'sync', types, 'sync', by('A', undo)] as const;
    expect(outcomesOn(empty, ...written)).toBe('BBB');
    expect(outcomesOn(empty, ...written, by('A', redo))).toBe(redone);
  });
});

test('each step is taken back by itself, and done again in order', () => {
  const acts: Edit = (view) => {
    selectEdge(view, 'two', 'end');
    type(view, 'ab');
    press(view, 'Alt-Shift-ArrowUp');
    type(view, 'cd');
    view.run(toggleQuote);
    pause();
    type(view, 'ef');
    pause();
  };
  const shown = [
    'one / two / three',
    'one / twoab / three',
    'twoab / one / three',
    'twoabcd / one / three',
    '> twoabcd / one / three',
    '> twoabcdef / one / three',
  ];
  const steps = [by('A', acts)];
  for (const right of shown.toReversed()) {
    expect(outcomes(...steps)).toBe(right);
    steps.push(by('A', undo));
  }
  for (const right of shown) {
    expect(outcomes(...steps)).toBe(right);
    steps.push(by('A', redo));
  }
});
