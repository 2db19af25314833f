import { expect, test } from 'vitest';
import { initials } from './avatar.tsx';

test.each([
  ['Mara Olsen', 'MO'],
  ['Anton', 'AN'],
  ['Ana María de la Cruz', 'AC'],
  ['  x ', 'X'],
  ['李小龙', '李小'],
  ['👩‍🚀 Ada', '👩‍🚀A'],
  ['élan', 'ÉL'],
  ['\u202eAda \u3164Byron', 'AB'],
])('%s is %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});
