import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { withoutClear } from './keep-mapping-plugin.ts';

const source = readFileSync(fileURLToPath(import.meta.resolve('@tiptap/y-tiptap')), 'utf8');

test('takes exactly one of the four clears out of the installed y-tiptap', () => {
  const count = (code: string): number => code.split('this.mapping.clear()').length - 1;
  expect(count(source)).toBe(4);
  expect(count(withoutClear(source))).toBe(3);
});

test('changes nothing else, and leaves _typeChanged without it', () => {
  const patched = withoutClear(source);
  const start = patched.indexOf('_typeChanged (events, transaction) {');
  const end = patched.indexOf('_prosemirrorChanged (doc)');
  expect(start).toBeGreaterThan(0);
  expect(patched.slice(start, end)).not.toContain('mapping.clear');
  expect(source.length - patched.length).toBeLessThan(300);
});

test('throws when the line is gone or there twice', () => {
  expect(() => withoutClear(withoutClear(source))).toThrow('no longer applies');
  expect(() => withoutClear(source + source)).toThrow('found 2 times');
});
