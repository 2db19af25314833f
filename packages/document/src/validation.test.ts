import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { MAX_REPORTED_NAME_LENGTH, MAX_TEXT_LENGTH, MAX_VIOLATIONS } from './limits.ts';
import { copyOf, EVERYTHING, merge, pageOf } from './testing/pages.ts';
import {
  element,
  first,
  firstText,
  format,
  refused,
  set,
  text,
  type Change,
} from './testing/peer-change.ts';
import { validateChange, validatePage } from './validation.ts';

describe('accepts', () => {
  test('a page that uses everything, and an empty document', () => {
    expect(validatePage(pageOf())).toEqual([]);
    expect(validatePage(new Y.Doc())).toEqual([]);
  });

  test.each<[string, Change]>([
    ['an empty quote', (content) => content.insert(0, [element('quote')])],
    ['an empty page', (content) => content.delete(0, content.length)],
    ['several texts side by side', (content) => first(content).insert(0, [text('a'), text('b')])],
    ['an empty text', (content) => first(content).insert(0, [new Y.XmlText()])],
    ['no id', (content) => first(content).removeAttribute('id')],
    ['an id that another block has', (content) => set(content, 'id', 'text')],
    ['a checked paragraph', (content) => set(content, 'checked', true)],
    ['an attribute that is null', (content) => set(content, 'kind', null)],
    ['the end of a mark', (content) => format(content, { bold: null })],
    [
      'marks that an editor would not combine',
      (content) => format(content, { code: {}, link: { href: '/a' } }),
    ],
    ['the schema version', (_, doc) => doc.getMap('meta').set('schemaVersion', 1)],
  ])('%s', (_, change) => {
    expect(refused(change)).toEqual([]);
  });

  test('whatever merging accepted changes leaves', () => {
    const [a, b] = [pageOf(), copyOf(pageOf(), 2)];
    const quoteOf = (doc: Y.Doc): Y.XmlElement =>
      doc.getXmlFragment('content').get(6) as Y.XmlElement;
    quoteOf(a).delete(0, 1);
    (quoteOf(b).get(0) as Y.XmlElement).setAttribute('kind', 'heading3');
    firstText(a.getXmlFragment('content')).format(0, 5, { bold: {} });
    firstText(b.getXmlFragment('content')).format(0, 5, { code: {} });
    merge(a, b);
    expect(quoteOf(b).length).toBe(0);
    expect(validatePage(a)).toEqual([]);
    expect(validatePage(b)).toEqual([]);
  });
});

describe('refuses', () => {
  test('a foreign root that is empty again', () => {
    const server = pageOf();
    const violations = server.transact((transaction) => {
      server.getMap('extra').set('a', 1);
      server.getMap('extra').delete('a');
      return validateChange(transaction);
    });
    expect(violations).toEqual([{ rule: 'foreign-root', found: 'extra' }]);
  });

  test('text that is deleted from a text over the limit is no violation', () => {
    const page = pageOf();
    const title = firstText(page.getXmlFragment('content'));
    title.insert(0, 'x'.repeat(MAX_TEXT_LENGTH));
    const violations = page.transact((transaction) => {
      title.delete(0, 1);
      return validateChange(transaction);
    });
    expect(violations).toEqual([]);
  });

  test('briefly: names are cut and the first violations are enough', () => {
    const [violation] = refused((content) => content.insert(0, [element('x'.repeat(10_000))]));
    expect(violation!.found).toHaveLength(MAX_REPORTED_NAME_LENGTH);
    const many = Array.from({ length: 100 }, (_, index) => element(`script${index}`));
    expect(refused((content) => content.insert(0, many))).toHaveLength(MAX_VIOLATIONS);
  });

  test('a change by itself, not for what was there before', () => {
    const page = pageOf();
    page.getXmlFragment('content').insert(0, [element('script')]);
    const violations = page.transact((transaction) => {
      (page.getXmlFragment('content').get(2) as Y.XmlElement).setAttribute('kind', 'heading2');
      return validateChange(transaction);
    });
    expect(violations).toEqual([]);
    expect(validatePage(page)).toEqual([{ rule: 'unknown-node', found: 'script' }]);
  });
});

test('a refused change can be read after its transaction as well as in it', () => {
  const page = pageOf(EVERYTHING);
  let kept: Y.Transaction | undefined;
  page.once('afterTransaction', (transaction: Y.Transaction) => (kept = transaction));
  first(page.getXmlFragment('content')).setAttribute('onclick', 'x' as never);
  expect(validateChange(kept!)).toEqual([
    { rule: 'unknown-attribute', found: 'textBlock@onclick' },
  ]);
});
