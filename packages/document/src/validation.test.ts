import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  MAX_PAGE_LENGTH,
  MAX_REPORTED_NAME_LENGTH,
  MAX_RESTORED_LEVEL,
  MAX_RESTORED_RANGES,
  MAX_VIOLATIONS,
} from './limits.ts';
import { copyOf, merge, pageOf } from './testing/pages.ts';
import { type Change, embed, format, refused, set, setRaw } from './testing/peer-change.ts';
import { validateChange, validatePage } from './validation.ts';

describe('accepts', () => {
  test('a page that uses everything, and an empty document', () => {
    expect(validatePage(pageOf())).toEqual([]);
    expect(validatePage(new Y.Doc())).toEqual([]);
  });

  test.each<[string, Change]>([
    ['an empty page', (text) => text.delete(0, text.length)],
    ['text before the first marker', (text) => text.insert(0, 'first')],
    ['a marker with an id alone', (text) => embed(text, { id: 'a' })],
    [
      'a marker that says everything',
      (text) =>
        embed(text, {
          id: 'a',
          type: 'code',
          kind: 'heading1',
          list: 'task',
          indent: 8,
          checked: true,
          start: 999_999_999,
          language: 'c++',
          in: 'quote',
          at: 'slot',
          free: true,
        }),
    ],
    ['an id that another marker has', (text) => embed(text, { id: 'title' })],
    ['slots', (text) => [embed(text, { place: 'a' }), embed(text, { join: 'a' })]],
    [
      'a container and a slot that do not exist',
      (text) => embed(text, { id: 'a', in: 'b', at: 'c' }),
    ],
    ['a container in itself', (_, doc) => doc.getMap('attributes').set('quote.in', 'quote')],
    ['a list that starts at 0', (_, doc) => set(doc, 'start', 0)],
    ['a checked paragraph', (_, doc) => set(doc, 'checked', true)],
    ['an attribute of a block that does not exist', (_, doc) => set(doc, 'kind', 'heading1')],
    ['an attribute that is null', (_, doc) => set(doc, 'kind', null)],
    ['the end of a mark', (text) => format(text, { bold: null })],
    ['a mark over everything', (text) => text.format(0, text.length, { italic: true })],
    [
      'marks that an editor would not combine',
      (text) => format(text, { code: true, link: { href: '/a' } }),
    ],
    [
      'a note of what was restored',
      (text, doc) => {
        text.insert(1, '0123456789');
        doc.getMap('restored').set('2:0', [1, 0, 1, 0, 5, 5, 1, 7, 5]);
      },
    ],
    [
      'the longest note at the highest level',
      (text, doc) => {
        text.insert(1, 'x'.repeat(MAX_RESTORED_RANGES));
        const ranges = Array.from({ length: MAX_RESTORED_RANGES }, (_, clock) => [clock, 1, 0, 1]);
        doc.getMap('restored').set('2:0', [MAX_RESTORED_LEVEL, ...ranges.flat()]);
      },
    ],
    ['the schema version', (_, doc) => doc.getMap('meta').set('schemaVersion', 1)],
  ])('%s', (_, change) => {
    expect(refused(change)).toEqual([]);
  });

  test('VA9 whatever merging accepted changes leaves', () => {
    const [a, b] = [pageOf(), copyOf(pageOf(), 2)];
    a.getText('text').delete(0, a.getText('text').length);
    a.getMap('attributes').set('quote.in', 'other');
    b.getMap('attributes').set('other.in', 'quote');
    b.getText('text').format(0, 5, { code: true });
    embed(a.getText('text'), { id: 'same' });
    embed(b.getText('text'), { id: 'same', at: 'gone' });
    merge(a, b);
    expect(validatePage(a)).toEqual([]);
    expect(validatePage(b)).toEqual([]);
  });
});

describe('refuses', () => {
  test('VA1 a foreign root that is empty again', () => {
    const server = pageOf();
    const violations = server.transact((transaction) => {
      server.getMap('extra').set('a', 1);
      server.getMap('extra').delete('a');
      return validateChange(transaction);
    });
    expect(violations).toEqual([{ rule: 'foreign-root', found: 'extra' }]);
  });

  test('VA8 neither deletions from a page over the limit nor changes without text', () => {
    const page = pageOf();
    page.getText('text').insert(1, 'x'.repeat(MAX_PAGE_LENGTH));
    const violations = page.transact((transaction) => {
      page.getText('text').delete(1, 1);
      page.getText('text').format(0, 9, { bold: true });
      set(page, 'kind', null);
      return validateChange(transaction);
    });
    expect(violations).toEqual([]);
  });

  test('VA2 once, however much the refused content contains', () => {
    const nest: Change = (text) => {
      const map = new Y.Map();
      text.insertEmbed(0, map);
      map.set('inner', new Y.Text('x'));
    };
    expect(refused(nest)).toEqual([{ rule: 'foreign-content', found: 'text' }]);
  });

  test('briefly: names are cut and the first violations are enough', () => {
    const [violation] = refused((text) => embed(text, { ['x'.repeat(10_000)]: 1 }));
    expect(violation!.found).toHaveLength(MAX_REPORTED_NAME_LENGTH);
    const many: Change = (text) => {
      for (let i = 0; i < 100; i++) embed(text, { [`script${i}`]: 1 });
    };
    expect(refused(many)).toHaveLength(MAX_VIOLATIONS);
  });

  test('a change by itself, not for earlier content', () => {
    const page = pageOf();
    embed(page.getText('text'), { script: 1 });
    const violations = page.transact((transaction) => {
      set(page, 'kind', 'heading2');
      return validateChange(transaction);
    });
    expect(violations).toEqual([]);
    expect(validatePage(page)).toEqual([{ rule: 'unknown-embed', found: 'script' }]);
  });
});

test('a refused change can be read after its transaction as well as in it', () => {
  const page = pageOf();
  let kept: Y.Transaction | undefined;
  page.once('afterTransaction', (transaction: Y.Transaction) => (kept = transaction));
  set(page, 'onclick', 'x');
  expect(validateChange(kept!)).toEqual([{ rule: 'unknown-attribute', found: 'block@onclick' }]);
});

test('the cost of a change depends on its size, not on the page', () => {
  const page = pageOf();
  page.transact(() => {
    for (let i = 0; i < 20_000; i++) embed(page.getText('text'), { id: `b${i}` });
  });
  const update = page.transact((transaction) => {
    setRaw(page.getText('text'), null, new Y.ContentString('a'));
    return transaction;
  });
  const start = performance.now();
  for (let i = 0; i < 1_000; i++) expect(validateChange(update)).toEqual([]);
  expect(performance.now() - start).toBeLessThan(1_000);
});
