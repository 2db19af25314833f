/** Text composed by an input method appears once, on every screen. */

import { composeDuringEdit, composeFirst, type Screens } from '../editing/composition-runs.ts';
import { Composition, INPUT_METHODS, JAPANESE, CONCURRENT_EDITS } from '../editing/compositions.ts';
import type { Outline } from '../editing/edit-pairs.ts';
import { outlineOf } from '../harness/blocks.ts';
import { clickInto } from '../harness/gestures.ts';
import { goToEnd, textOf } from '../harness/screens.ts';
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

function expectOnAll({ ada, ben, reader }: Screens, expected: readonly Outline[]): void {
  expect(expected).toContainEqual(ada);
  expect({ ben, reader }).toEqual({ ben: ada, reader: ada });
}

for (const [name, when] of FIRST_INPUTS) {
  test(`the first input of a new document by ${name}, ${when}`, async ({ writers }) => {
    const method = INPUT_METHODS.find((each) => each.name === name)!;
    expectOnAll(await composeFirst(writers, method, when), [[method.committed]]);
  });
}

for (const edit of CONCURRENT_EDITS.filter(({ name }) => TESTED.includes(name))) {
  test(`a composition while another ${edit.name}`, async ({ writers }) => {
    expectOnAll(await composeDuringEdit(writers, edit), edit.expected);
  });
}

test('each input method starts a new block, and its text appears once', async ({ writers }) => {
  const { page } = writers.ada;
  await writers.startDocument(['']);
  for (const method of INPUT_METHODS) {
    await (await Composition.begin(page, method)).commit();
    await page.keyboard.press('Enter');
  }
  const expected = [...INPUT_METHODS.map(({ committed }) => committed), ''];
  await expect.poll(() => outlineOf(page)).toEqual(expected);
});

const KINDS = [
  { name: 'a heading', keys: 'ControlOrMeta+Alt+2', signs: '##' },
  { name: 'a list item', keys: 'ControlOrMeta+Shift+8', signs: '-' },
  { name: 'a task', keys: 'ControlOrMeta+Shift+9', signs: '[ ]' },
] as const;
for (const { name, keys, signs } of KINDS) {
  test(`a composition continues after another person makes its block ${name}`, async ({
    writers,
  }) => {
    const [ada, ben] = [writers.ada.page, writers.ben.page];
    await writers.startDocument(['line']);
    await goToEnd(ben);
    await clickInto(ada, 'line');
    const [begun, rest] = [JAPANESE.steps.slice(0, 2), JAPANESE.steps.slice(2)];
    const composition = await Composition.begin(ada, { ...JAPANESE, steps: begun });
    await ben.keyboard.press(keys);
    await expect(textOf(ben).locator('[data-kind], [data-list]')).toHaveCount(1);
    for (const text of rest) await composition.change(text);
    await composition.commit();
    // Until the composition ends, the block belongs to the input method.
    await expect(textOf(ada).locator('[data-kind], [data-list]')).toHaveCount(1);
    await ada.keyboard.type('x');
    for (const page of [ada, ben])
      await expect.poll(() => outlineOf(page)).toEqual([`${signs} line蟹x`]);
  });
}
