import { expect, test } from 'vitest';
import { publicationIn, publicPagePath } from './public-pages.ts';

const ID = '0123456789abcdef0123456789abcdef';

test.each([
  ['High water: a plan', `/p/high-water-a-plan-${ID}`],
  ['Über Größe & 潮汐', `/p/%C3%BCber-gr%C3%B6%C3%9Fe-%E6%BD%AE%E6%B1%90-${ID}`],
  ['', `/p/${ID}`],
  ['<script>alert(1)</script>', `/p/script-alert-1-script-${ID}`],
  ['../../api?x=1#y', `/p/api-x-1-y-${ID}`],
  ['a'.repeat(200), `/p/${ID}`],
  [`${'word '.repeat(40)}`, `/p/${'word-'.repeat(12)}${ID}`],
])('PB1 the address of %j', (title, path) => {
  expect(publicPagePath(ID, title)).toBe(path);
  expect(publicationIn(decodeURIComponent(path.slice('/p/'.length)))).toBe(ID);
});

test.each([
  ['another-title-' + ID, ID],
  [ID, ID],
  [`${ID}.`, null],
  [ID.slice(1), null],
  [`x${ID}`, null],
  [ID.toUpperCase(), null],
  ['', null],
])('PB1 only the id counts: %j', (segment, id) => {
  expect(publicationIn(segment)).toBe(id);
});
