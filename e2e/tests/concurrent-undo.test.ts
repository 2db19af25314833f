/** Undo and redo of block edits while another person writes in those blocks. */

import type { Page } from '@playwright/test';
import { outlineOf } from '../harness/blocks.ts';
import { clickInto, setBlockKind, openSelectionBar, selectLine } from '../harness/gestures.ts';
import { paste } from '../harness/screens.ts';
import { expect } from '../harness/test.ts';
import { test } from '../harness/writer-test.ts';
import type { WriterPair } from '../harness/writer-pair.ts';

async function expectOnBoth({ ada, ben }: WriterPair, expected: readonly string[]): Promise<void> {
  for (const { page } of [ada, ben]) await expect.poll(() => outlineOf(page)).toEqual(expected);
}

/** As in the editor. */
const UNDO_GROUP_MS = 500;

const press =
  (key: string) =>
  async (page: Page): Promise<void> => {
    await clickInto(page, 'two');
    await page.keyboard.press(key);
  };
const makeBlock =
  (kind: 'Quote' | 'Code') =>
  async (page: Page): Promise<void> => {
    await openSelectionBar(page, 'two');
    await setBlockKind(page, kind);
  };

const STEPS: readonly {
  readonly name: string;
  readonly act: (page: Page) => Promise<void>;
  readonly line?: string;
  readonly expected: readonly string[];
}[] = [
  { name: 'a move', act: press('Alt+Shift+ArrowUp'), expected: ['twoBBB', 'one', 'three'] },
  { name: 'a quote', act: makeBlock('Quote'), expected: ['one', '> twoBBB', 'three'] },
  { name: 'code', act: makeBlock('Code'), expected: ['one', '``` twoBBB', 'three'] },
  { name: 'a list', act: press('ControlOrMeta+Shift+8'), expected: ['one', '- twoBBB', 'three'] },
  {
    name: 'a paste of three lines',
    act: async (page) => {
      await clickInto(page, 'two');
      await paste(page, 'x\ny\nz');
    },
    line: 'twox',
    expected: ['one', 'twoxBBB', 'y', 'z', 'three'],
  },
  {
    name: 'a drag',
    act: async (page) => {
      await selectLine(page, 'two');
      const [from, to] = [page.getByText('two', { exact: true }), page.getByText('three')];
      await from.dragTo(to, { sourcePosition: { x: 8, y: 10 }, targetPosition: { x: 2, y: 10 } });
    },
    line: 'twothree',
    expected: ['one', '', 'twothreeBBB'],
  },
];

for (const { name, act, line = 'two', expected } of STEPS) {
  test(`undo and redo of ${name} keep what another person writes`, async ({ writers }) => {
    const [ada, ben] = [writers.ada.page, writers.ben.page];
    await writers.startDocument(['one', 'two', 'three']);
    // What follows typing at once is undone together with it.
    await ada.waitForTimeout(UNDO_GROUP_MS);
    await act(ada);
    await writers.settle();
    await clickInto(ben, line);
    await ben.keyboard.type('BBB');
    await expectOnBoth(writers, expected);
    const expectedAfterUndo =
      line === 'twothree' ? ['one', 'two', 'threeBBB'] : ['one', 'twoBBB', 'three'];
    for (let i = 0; i < 2; i++) {
      await ada.keyboard.press('ControlOrMeta+z');
      await expectOnBoth(writers, expectedAfterUndo);
      await ada.keyboard.press('ControlOrMeta+Shift+z');
      await expectOnBoth(writers, expected);
    }
  });
}

test('a paragraph that another person writes in a quote stays when it is taken back', async ({
  writers,
}) => {
  const [ada, ben] = [writers.ada.page, writers.ben.page];
  await writers.startDocument(['one', 'two', 'three']);
  await makeBlock('Quote')(ada);
  await writers.settle();
  await clickInto(ben, 'two');
  await ben.keyboard.press('Enter');
  await ben.keyboard.type('BBB');
  await expectOnBoth(writers, ['one', '> two', '> BBB', 'three']);
  await ada.keyboard.press('ControlOrMeta+z');
  await writers.settle();
  expect([
    ['one', 'two', 'BBB', 'three'],
    ['one', 'two', '> BBB', 'three'],
  ]).toContainEqual(await outlineOf(ada));
});
