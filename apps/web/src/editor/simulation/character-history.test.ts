import { describe, expect, test } from 'vitest';

import { CharacterHistory } from './character-history.ts';
import type { CharacterLayout, CharacterPlace } from './character-layout.ts';

/** A layout written as `abc / de`, with block ids where they matter: `1:abc / 2:de`. */
function layout(text: string): CharacterLayout {
  const places = new Map<string, CharacterPlace>();
  const doubled = new Set<string>();
  const blocks = text.split(' / ').map((part, block) => {
    const [id, characters] = part.includes(':') ? part.split(':') : [String(block), part];
    [...characters!].forEach((character, index) => {
      if (places.has(character)) doubled.add(character);
      else places.set(character, { block, index });
    });
    return { id, characters: [...characters!] };
  });
  return { blocks, places, doubled };
}

function withUnnamed({ blocks, ...rest }: CharacterLayout, unnamed: string): CharacterLayout {
  return {
    ...rest,
    blocks: blocks.map((block) => (block.id === unnamed ? { ...block, id: null } : block)),
  };
}

function historyOf(start: string, ...commands: readonly [string, string][]): CharacterHistory {
  const history = new CharacterHistory(layout(start));
  for (const [before, after] of commands) history.record(layout(before), layout(after));
  return history;
}

describe('a character is lost', () => {
  test('when it is gone and nobody deleted it', () => {
    const history = historyOf('ab', ['ab', 'abx']);
    expect(history.faultsAt(layout('a')).lost).toEqual(['b', 'x']);
  });

  test('not when somebody saw it and deleted it', () => {
    const history = historyOf('ab', ['ab', 'abx'], ['abx', 'bx']);
    expect(history.faultsAt(layout('bx')).lost).toEqual([]);
  });
});

test('a character that comes back is revived, unless an undo brought it back', () => {
  const deletion: [string, string] = ['ab', 'a'];
  expect(historyOf('ab', deletion).faultsAt(layout('ab')).revived).toEqual(['b']);
  expect(historyOf('ab', deletion, ['a', 'ab']).faultsAt(layout('ab')).revived).toEqual([]);
});

test('a character that is there twice is doubled', () => {
  expect(historyOf('ab').faultsAt(layout('ab / b')).doubled).toEqual(['b']);
});

describe('a character is misplaced', () => {
  const splitBehindB: [string, string] = ['1:abcd', '1:ab / 2:cd'];
  const typedBehindD: [string, string] = ['1:abcd', '1:abcdx'];
  const typedBehindB: [string, string] = ['1:abcd', '1:abxycd'];

  test('when it ends in the half that its neighbours are not in', () => {
    const history = historyOf('1:abcd', splitBehindB, typedBehindD);
    expect(history.faultsAt(layout('1:ab / 2:cdx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:abx / 2:cd')).misplaced).toEqual(['x']);
  });

  test('not on either side of a boundary that was put where it was typed', () => {
    const history = historyOf('1:abcd', splitBehindB, typedBehindB);
    expect(history.faultsAt(layout('1:abxy / 2:cd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:ab / 2:xycd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:abx / 2:ycd')).misplaced).toEqual(['y']);
  });

  test('not at either side of the end of a block behind which another was made', () => {
    const history = historyOf('1:ab', ['1:ab', '1:ab / 3:n'], ['1:ab', '1:abx']);
    expect(history.faultsAt(layout('1:abx / 3:n')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:ab / 3:nx')).misplaced).toEqual([]);
  });

  test('when another block that was only moved parts it from its neighbour', () => {
    const history = historyOf(
      '1:ab / 2:c',
      ['1:ab / 2:c', '2:c / 1:ab'],
      ['1:ab / 2:c', '1:abx / 2:c'],
    );
    expect(history.faultsAt(layout('2:c / 1:abx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('2:cx / 1:ab')).misplaced).toEqual(['x']);
  });

  test('when words typed elsewhere stand between it and its neighbour', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '1:axyb / 2:cd'],
      ['1:ab / 2:cd', '1:ab / 2:czd'],
    );
    expect(history.faultsAt(layout('1:axzyb / 2:cd')).misplaced).toContain('y');
  });

  test('not when another person typed in the same place', () => {
    const history = historyOf('ab', ['ab', 'axb'], ['ab', 'ayb'], ['axb', 'axwb']);
    expect(history.faultsAt(layout('ayxwb')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('axwyb')).misplaced).toEqual([]);
  });

  test('not when its neighbour was deleted', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '1:ab / 2:cxd'],
      ['1:ab / 2:cd', '1:ab'],
    );
    expect(history.faultsAt(layout('1:abx')).misplaced).toEqual([]);
  });

  test('when a join leaves it behind', () => {
    const join: [string, string] = ['1:ab / 2:cd', '1:abcd'];
    const history = historyOf('1:ab / 2:cd', join, ['1:ab / 2:cd', '1:ab / 2:cdx']);
    expect(history.faultsAt(layout('1:abcdx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:abcd / 2:x')).misplaced).toEqual(['x']);
  });

  test('not when it stands at a join and a person moved one of its halves away', () => {
    const join: [string, string] = ['1:ab / 2:cd', '1:abcd'];
    const move: [string, string] = ['1:ab / 2:cd', '2:cd / 1:ab'];
    const history = historyOf('1:ab / 2:cd', join, ['1:abcd', '1:abxcd'], move);
    expect(history.faultsAt(layout('2:cd / 1:abx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('2:cxd / 1:ab')).misplaced).toEqual(['x']);
    const unmoved = historyOf('1:ab / 2:cd', join, ['1:abcd', '1:abxcd']);
    expect(unmoved.faultsAt(layout('1:abx / 2:cd')).misplaced).toEqual(['x']);
  });
});

describe('two characters are rightly apart', () => {
  test('at a block that an undo brought back between them with text that the author never saw', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '3:pq'],
      ['1:ab / 2:cd', '1:ab / 2:xcd'],
      ['1:ab / 2:xcd', '1:abyxcd'],
      ['3:pq', '2:cd'],
    );
    expect(history.faultsAt(layout('1:y / 2:cdx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:yx / 2:cd')).misplaced).toEqual([]);
    // Characters typed in sequence stay together while no block is between them.
    expect(history.faultsAt(layout('1:xy / 2:cd')).misplaced).toEqual(['y']);
  });

  test('not at a block that was opened by somebody who saw them together', () => {
    const history = historyOf('1:abcd', ['1:abcd', '1:axbcd'], ['1:axbcd', '1:axb / 2:cd']);
    expect(history.faultsAt(layout('1:axb / 2:cd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:a / 2:xbcd')).misplaced).toEqual(['x']);
    expect(history.faultsAt(layout('1:ab / 2:cdx')).misplaced).toEqual(['x']);
  });

  test('not when they were typed in one go and the one who opened the block saw neither', () => {
    const split: [string, string] = ['1:abcd', '1:ab / 2:cd'];
    const typed: [string, string] = ['1:abcd', '1:abxycd'];
    expect(historyOf('1:abcd', typed, split).faultsAt(layout('1:abx / 2:ycd')).misplaced).toEqual([
      'y',
    ]);
  });

  test('only where nothing else stands between them and the boundary', () => {
    const history = historyOf('1:abcd', ['1:abcd', '1:ab / 2:cd'], ['1:abcd', '1:abxcd']);
    expect(history.faultsAt(layout('1:ab / 2:xcd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:ab / 2:cxd')).misplaced).toEqual(['x']);
    expect(history.faultsAt(layout('1:axb / 2:cd')).misplaced).toEqual(['x']);
    expect(history.faultsAt(layout('1:ab / 2:cd / 3:x')).misplaced).toEqual(['x']);
  });

  test('at a block that holds what was typed in it when it was empty', () => {
    const history = historyOf(
      '1:ab',
      ['1:ab', '1:ab / 2:'],
      ['1:ab / 2:', '1:ab / 2:p'],
      ['1:ab', '1:abx'],
    );
    expect(history.faultsAt(layout('1:ab / 2:px')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:ab / 2:xp')).misplaced).toEqual([]);
  });

  test('at a divider, behind which text has no block of its own', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '1:ab / 9: / 2:cd'],
      ['1:ab / 2:cd', '1:abx / 2:cd'],
    );
    const behindDivider = layout('1:ab / 9: / 0:x / 2:cd');
    expect(history.faultsAt(withUnnamed(behindDivider, '0')).misplaced).toEqual([]);
    expect(history.faultsAt(behindDivider).misplaced).toEqual(['x']);
  });

  test('at a block that was opened there and then joined to another', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '1:ab / 3: / 2:cd'],
      ['1:ab / 3: / 2:cd', '2:cd / 3: / 1:ab'],
      ['2:cd / 3: / 1:ab', '2:cd / 1:ab'],
      ['1:ab / 2:cd', '1:abx / 2:cd'],
    );
    expect(history.faultsAt(layout('2:cdx / 1:ab')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('2:cxd / 1:ab')).misplaced).toEqual(['x']);
  });

  test('when a block is joined to two others', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '3:xcd / 1:ab'],
      ['1:ab / 2:cd', '1:abcd'],
    );
    expect(history.faultsAt(layout('3:x / 1:abcd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('3:x / 1:ab / 2:cd')).misplaced).toEqual(['x']);
  });

  test('when the block that another was joined to is deleted', () => {
    const history = historyOf('1:ab / 2:cd', ['1:ab / 2:cd', '2:xab'], ['1:ab / 2:cd', '1:ab']);
    expect(history.faultsAt(layout('1:abx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:axb')).misplaced).toEqual(['x']);
  });
});

describe('two characters are rightly apart at an opened block', () => {
  const opened: [string, string] = ['1:ab / 2:cd', '1:ab / 9: / 2:cd'];
  const typed: [string, string] = ['1:ab / 2:cd', '1:abx / 2:cd'];

  test('that was joined to one that was joined to a third, and the third was brought back', () => {
    const history = historyOf(
      '3:pq / 4:rs / 1:ab / 2:cd',
      ['3:pq / 4:rs / 1:ab / 2:cd', '3:pq / 4:rs / 1:ab / 9: / 2:cd'],
      ['3:pq / 4:rs / 1:ab / 9: / 2:cd', '3:pq / 4:rs / 9: / 1:ab / 2:cd'],
      ['3:pq / 4:rs / 9: / 1:ab / 2:cd', '3:pqrs / 1:ab / 2:cd'],
      ['3:pq / 4:rs / 1:ab / 2:cd', '3:pqrs / 1:ab / 2:cd'],
      ['3:pqrs / 1:ab / 2:cd', '3:pq / 4:rs / 1:ab / 2:cd'],
      ['3:pq / 4:rs / 1:ab / 2:cd', '3:pq / 4:rs / 1:abx / 2:cd'],
    );
    expect(history.faultsAt(layout('3:pq / 4:rsx / 1:ab / 2:cd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('3:pqx / 4:rs / 1:ab / 2:cd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('3:pq / 4:rxs / 1:ab / 2:cd')).misplaced).toEqual(['x']);
    expect(history.faultsAt(layout('3:pq / 4:rs / 1:ab / 2:xcd')).misplaced).toEqual(['x']);
  });

  test('to which the block of the first one was joined, behind its text', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      opened,
      ['1:ab / 9: / 2:cd', '9: / 1:ab / 2:cd'],
      ['9: / 1:ab / 2:cd', '9:ab / 2:cd'],
      typed,
    );
    expect(history.faultsAt(layout('9:xab / 2:cd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('9:abx / 2:cd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('9:axb / 2:cd')).misplaced).toEqual(['x']);
    // Without the join the character is misplaced.
    const unjoined = historyOf('1:ab / 2:cd', opened, typed);
    expect(unjoined.faultsAt(layout('9:xab / 2:cd')).misplaced).toEqual(['x']);
  });
});

test('two characters are rightly apart when both blocks of their join are deleted', () => {
  const history = historyOf(
    '1:z / 2:w',
    ['1:z / 2:w', '1:zab / 2:w'],
    ['1:zab / 2:w', '1:ab / 2:w'],
    ['1:ab / 2:w', '2:wxab'],
    ['1:z / 2:w', '0:'],
  );
  expect(history.faultsAt(layout('0:abx')).misplaced).toEqual([]);
  expect(history.faultsAt(layout('0:axb')).misplaced).toEqual(['x']);
});

describe('two characters are rightly apart when their join’s own block is deleted by somebody who saw neither', () => {
  const joined = (page: string): [string, string][] => [
    [`${page}1:z / 2:w`, `${page}1:ab / 2:w`],
    [`${page}1:ab / 2:w`, `${page}2:wab`],
    [`${page}2:wab`, `${page}2:wxab`],
  ];

  test('and it ends in the block before', () => {
    const history = historyOf('0:p / 1:z / 2:w', ...joined('0:p / '), [
      '0:p / 1:z / 2:w',
      '0:p / 2:w',
    ]);
    expect(history.faultsAt(layout('0:pab / 2:wx')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('0:p / 3:ab / 2:wx')).misplaced).toEqual(['x']);
    expect(history.faultsAt(layout('0:p / 2:wx / 3:ab')).misplaced).toEqual(['x']);
  });

  test('or, where there is none, in the unnamed one that begins the page', () => {
    const history = historyOf('1:z / 2:w', ...joined(''), ['1:z / 2:w', '2:w']);
    const end = layout('0:ab / 2:wx');
    expect(history.faultsAt(withUnnamed(end, '0')).misplaced).toEqual([]);
    expect(history.faultsAt(end).misplaced).toEqual(['x']);
    expect(history.faultsAt(withUnnamed(layout('2:wx / 0:ab'), '0')).misplaced).toEqual(['x']);
  });

  test('not by somebody who saw what was joined', () => {
    const history = historyOf('0:p / 1:z / 2:w', ...joined('0:p / '), [
      '0:p / 1:ab / 2:w',
      '0:pab / 2:w',
    ]);
    expect(history.faultsAt(layout('0:p / 3:ab / 2:wx')).misplaced).toEqual(['x']);
  });
});

describe('between two characters may stand', () => {
  test('what stood there when somebody saw them rightly apart and joined their blocks', () => {
    const split: [string, string] = ['1:ab', '1:ab / 2:'];
    const fill: [string, string] = ['1:ab / 2:', '1:ab / 2:p'];
    const typed: [string, string] = ['1:ab', '1:abx'];
    const join: [string, string] = ['1:ab / 2:px', '1:abpx'];
    const history = historyOf('1:ab', split, fill, typed, join);
    expect(history.faultsAt(layout('1:abpx')).misplaced).toEqual([]);
    // Characters misplaced before or after the join do not count.
    const more = historyOf('1:ab / 3:q', split, fill, typed, join);
    expect(more.faultsAt(layout('1:abpqx')).misplaced).toEqual(['x']);
    const wrong = historyOf('1:ab', typed, ['1:a / 2:bx', '1:abx'], ['1:bx / 2:a', '1:bxa']);
    expect(wrong.faultsAt(layout('1:bax')).misplaced).toEqual(['x']);
  });

  test('a character typed at the end of a block to which somebody joined the next one unseen', () => {
    const history = historyOf(
      '1:ab / 2:cd',
      ['1:ab / 2:cd', '1:abcd'],
      ['1:abcd', '1:abxcd'],
      ['1:abxcd', '1:abxycd'],
      ['1:ab / 2:cd', '1:abz / 2:cd'],
    );
    for (const right of ['1:abxyzcd', '1:abzxycd'])
      expect(history.faultsAt(layout(right)).misplaced).toEqual([]);
    for (const wrong of ['1:abxzycd', '1:abxyczd', '1:azbxycd'])
      expect(history.faultsAt(layout(wrong)).misplaced).not.toEqual([]);
  });

  test('a character that a boundary parted from its own neighbour', () => {
    const history = historyOf(
      '1:ab',
      ['1:ab', '1:ab / 2:'],
      ['1:ab / 2:', '1:ab / 2:p'],
      ['1:ab / 2:p', '1:ab / 2:pq'],
      ['1:ab', '1:abx'],
    );
    expect(history.faultsAt(layout('1:ab / 2:pxq')).misplaced).toEqual([]);
  });

  test('text that was joined there, all of it', () => {
    const history = historyOf(
      '1:ab / 2:cd / 3:ef',
      ['1:ab / 2:cd / 3:ef', '1:abef / 2:cd'],
      ['1:ab / 2:cd / 3:ef', '1:abx / 2:cd / 3:ef'],
      ['1:abx / 2:cd / 3:ef', '1:abxcd / 3:ef'],
      ['1:abxcd / 3:ef', '1:abxycd / 3:ef'],
    );
    expect(history.faultsAt(layout('1:abxyefcd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:abxyecfd')).misplaced).toEqual(['y']);
  });

  test('text of an empty block that somebody removed unseen', () => {
    const removal: [string, string] = ['1:ab / 2: / 3:cd', '1:abcd'];
    const history = historyOf(
      '1:ab / 2: / 3:cd',
      removal,
      ['1:abcd', '1:abxcd'],
      ['1:ab / 2: / 3:cd', '1:ab / 2:p / 3:cd'],
    );
    expect(history.faultsAt(layout('1:abpxcd')).misplaced).toEqual([]);
    expect(history.faultsAt(layout('1:apbxcd')).misplaced).toEqual([]);
  });
});

test('a run that is torn apart or turned round is misplaced, whatever is written beside it', () => {
  const history = historyOf(
    '1:abcd',
    ['1:abcd', '1:abxyzcd'],
    ['1:abcd', '1:abpqcd'],
    ['1:abcd', '1:ab / 2:cd'],
  );
  for (const right of ['1:abxyzpq / 2:cd', '1:abpq / 2:xyzcd', '1:ab / 2:pqxyzcd'])
    expect(history.faultsAt(layout(right)).misplaced).toEqual([]);
  for (const wrong of [
    '1:abxpyzq / 2:cd',
    '1:abyxz / 2:pqcd',
    '1:abxy / 2:zpqcd',
    '1:ab / 2:pqcxyzd',
  ])
    expect(history.faultsAt(layout(wrong)).misplaced).not.toEqual([]);
});
