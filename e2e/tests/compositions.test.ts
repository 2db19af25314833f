/** Text composed by an input method appears once, on every screen. */

import { composeBeside, composeFirst, type Screens } from '../editing/compose-beside.ts';
import { INPUT_METHODS, INTERFERENCES } from '../editing/compositions.ts';
import type { Outline } from '../editing/pairs.ts';
import { expect } from '../harness/test.ts';
import { test } from '../harness/writer-test.ts';

/** `pnpm compositions` runs all of both, several times. */
const FIRST_INPUTS = [
  ['Japanese', 'at once'],
  ['Korean', 'after typing and undo'],
  ['a dead key', 'at once'],
  ['Android', 'at once'],
] as const;
const TESTED = [
  'splits the block before the caret',
  'joins the block with the one before',
  'moves the block down',
  'makes it a heading',
  'makes it a quote',
  'types at the place',
];

function expectOnAll({ ada, ben, afresh }: Screens, right: readonly Outline[]): void {
  expect(right).toContainEqual(ada);
  expect({ ben, afresh }).toEqual({ ben: ada, afresh: ada });
}

for (const [name, when] of FIRST_INPUTS) {
  test(`the first input of a new document by ${name}, ${when}`, async ({ writers }) => {
    const method = INPUT_METHODS.find((each) => each.name === name)!;
    expectOnAll(await composeFirst(writers, method, when), [[method.committed]]);
  });
}

for (const interference of INTERFERENCES.filter(({ name }) => TESTED.includes(name))) {
  test(`a composition while another ${interference.name}`, async ({ writers }) => {
    expectOnAll(await composeBeside(writers, interference), interference.right);
  });
}
