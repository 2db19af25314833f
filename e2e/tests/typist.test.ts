/** Typing while another person restructures the text loses no letter and stays in place. */

import { DISTURBANCES, typeBeside } from '../editing/typist.ts';
import { expect } from '../harness/test.ts';
import { test } from '../harness/writer-test.ts';

const LATENCY_MS = 100;
/** `pnpm typist` runs all of them, over several latencies. */
const TESTED = ['7a', '7c', '7e', 'undo'];

for (const disturbance of DISTURBANCES.filter(({ id }) => TESTED.includes(id))) {
  test(`${disturbance.id}: the letters stay in one piece while another ${disturbance.name}`, async ({
    writers,
  }) => {
    const { outline } = await typeBeside(writers, disturbance, LATENCY_MS);
    expect(outline).toEqual(disturbance.right);
  });
}
