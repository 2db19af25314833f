import { pause } from './simulation/environment.ts';

import { describe, expect, test } from 'vitest';

import { splitBlock } from './block-commands.ts';
import { text } from './headless-page.ts';
import { outcomeOf } from './simulation/exchange.ts';
import {
  blockWith,
  deleteBlock,
  type Edit,
  press,
  selectEdge,
  type,
} from './simulation/page-edits.ts';

function afterUndo(edit: Edit, keys: readonly string[]): Edit {
  return (view) => {
    edit(view);
    for (const key of keys) {
      pause();
      press(view, key);
    }
  };
}

const PAGE = [text('one'), text('two'), text('three')];

const join: Edit = (view) => {
  selectEdge(view, 'two', 'start');
  press(view, 'Backspace');
};
const remove: Edit = (view) => deleteBlock(view, blockWith(view.state.doc, 'two'));
const split: Edit = (view) => {
  selectEdge(view, 'one', 'end');
  view.run(splitBlock);
};
const typeAtEnd: Edit = (view) => {
  selectEdge(view, 'one', 'end');
  type(view, 'xy');
};

describe('words typed at the end of a block stay there', () => {
  test.each([
    ['a join', [], join, ['Mod-z'], 'onexy / two / three'],
    ['a deletion of the next block', [], remove, ['Mod-z'], 'onexy / two / three'],
    [
      'a redone Enter',
      [{ by: 'A', edit: split }, 'sync'],
      () => {},
      ['Mod-z', 'Mod-y'],
      'onexy / ∅ / two / three',
    ],
  ] as const)('beside %s that is taken back', (_, before, edit, keys, right) => {
    for (const smallerId of ['A', 'B'] as const)
      for (const firstDelivered of ['A', 'B'] as const)
        expect(
          outcomeOf({
            page: PAGE,
            steps: [
              ...before,
              { by: 'A', edit: afterUndo(edit, keys) },
              { by: 'B', edit: typeAtEnd },
            ],
            smallerId,
            firstDelivered,
          }),
        ).toBe(right);
  });
});

test('words typed at the very start of a block whose join is taken back are in it or before it', () => {
  for (const smallerId of ['A', 'B'] as const) {
    const typeAtStart: Edit = (view) => {
      selectEdge(view, 'two', 'start');
      type(view, 'xy');
    };
    const outcome = outcomeOf({
      page: PAGE,
      steps: [
        { by: 'A', edit: afterUndo(join, ['Mod-z']) },
        { by: 'B', edit: typeAtStart },
      ],
      smallerId,
      firstDelivered: 'A',
    });
    expect(['one / xytwo / three', 'onexy / two / three']).toContain(outcome);
  }
});
