/** Typing while another person restructures the text loses no letter and stays in place. */

import { STRUCTURAL_EDITS, typeDuringEdit } from '../editing/typist.ts';
import { expect } from '../harness/test.ts';
import { test } from '../harness/writer-test.ts';

const LATENCY_MS = 100;
/** `pnpm typist` runs all of them, over several latencies. */
const TESTED = ['7a', '7c', '7e', 'undo'];

for (const edit of STRUCTURAL_EDITS.filter(({ id }) => TESTED.includes(id))) {
  test(`${edit.id}: the letters stay contiguous while another person ${edit.name}`, async ({
    writers,
  }) => {
    const { outline } = await typeDuringEdit(writers, edit, LATENCY_MS);
    expect(outline).toEqual(edit.expected);
  });
}
