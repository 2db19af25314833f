import { SeededRandom } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { reconnectDelay } from './reconnect-policy.ts';

test('W9: the first try comes within 250 ms, the n-th within 1 s · 2ⁿ and never after 30 s', () => {
  const random = new SeededRandom(1);
  for (let attempt = 0; attempt < 12; attempt++) {
    const bound = attempt === 0 ? 250 : Math.min(30_000, 1_000 * 2 ** attempt);
    const delays = Array.from({ length: 500 }, () => reconnectDelay(attempt, random));
    expect(Math.max(...delays)).toBeLessThanOrEqual(bound);
    expect(Math.max(...delays)).toBeGreaterThan(bound * 0.8);
    expect(Math.min(...delays)).toBeLessThan(bound * 0.2);
  }
});
