import { expect, test } from 'vitest';
import { matches } from './filter.ts';

const document = { title: 'Gezeiten für März', excerpt: 'Wir messen täglich 潮位' };

test.each(['', '  ', 'gezeiten', 'MARZ', 'marz gez', 'taglich', 'eit', '潮'])(
  '“%s” finds it',
  (filter) => {
    expect(matches(document, filter)).toBe(true);
  },
);

test.each(['april', 'gezeiten april'])('“%s” does not', (filter) => {
  expect(matches(document, filter)).toBe(false);
});
