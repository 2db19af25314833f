import { expect, test } from 'vitest';
import { documentOfLink } from './document-link.ts';

const id = 'wYl0tq3n5xJv1qk2Zr9aB_-';

test.each(['', ',', ').', ';', ' ', '\u00A0', '>', '&gt;', '，谢谢', '”', '…', '?', '%'])(
  'a link with “%s” behind it leads to the same document',
  (behind) => {
    expect(documentOfLink(id + behind)).toBe(id);
  },
);

test.each(['', '.', ' abc', '(abc)', 'x'.repeat(65), '谢谢'])(
  '“%s” contains no document id',
  (given) => {
    expect(documentOfLink(given)).toBeNull();
  },
);
