/** Undo and redo of block edits while another person writes in those blocks. */

import type { Page } from '@playwright/test';
import { outlineOf } from '../harness/blocks.ts';
import { clickInto, makeSelected, openSelectionBar, selectLine } from '../harness/gestures.ts';
import { paste } from '../harness/screens.ts';
import { expect } from '../harness/test.ts';
import { test } from '../harness/writer-test.ts';
import type { WriterPair } from '../harness/writer-pair.ts';

async function expectOnBoth({ ada, ben }: WriterPair, right: readonly string[]): Promise<void> {
  for (const { page } of [ada, ben]) await expect.poll(() => outlineOf(page)).toEqual(right);
}

const press =
  (key: string) =>
  async (page: Page): Promise<void> => {
    await clickInto(page, 'two');
    await page.keyboard.press(key);
  };
const make =
  (kind: 'Quote' | 'Code') =>
  async (page: Page): Promise<void> => {
    await openSelectionBar(page, 'two');
    await makeSelected(page, kind);
  };

const STEPS: readonly {
  readonly name: string;
  readonly act: (page: Page) => Promise<void>;
  readonly line?: string;
  readonly done: readonly string[];
}[] = [
  { name: 'a move', act: press('Alt+Shift+ArrowUp'), done: ['twoBBB', 'one', 'three'] },
  { name: 'a quote', act: make('Quote'), done: ['one', '> twoBBB', 'three'] },
  { name: 'code', act: make('Code'), done: ['one', '``` twoBBB', 'three'] },
  { name: 'a list', act: press('ControlOrMeta+Shift+8'), done: ['one', '- twoBBB', 'three'] },
  {
    name: 'a paste of three lines',
    act: async (page) => {
      await clickInto(page, 'two');
      await paste(page, 'x\ny\nz');
    },
    line: 'twox',
    done: ['one', 'twoxBBB', 'y', 'z', 'three'],
  },
  {
    name: 'a drag',
    act: async (page) => {
      await selectLine(page, 'two');
      const [from, to] = [page.getByText('two', { exact: true }), page.getByText('three')];
      await from.dragTo(to, { sourcePosition: { x: 8, y: 10 }, targetPosition: { x: 2, y: 10 } });
    },
    line: 'twothree',
    done: ['one', '', 'twothreeBBB'],
  },
];

for (const { name, act, line = 'two', done } of STEPS) {
  test(`undo and redo of ${name} keep what another person writes`, async ({ writers }) => {
    const [ada, ben] = [writers.ada.page, writers.ben.page];
    await writers.startDocument(['one', 'two', 'three']);
    await act(ada);
    await writers.settle();
    await clickInto(ben, line);
    await ben.keyboard.type('BBB');
    await expectOnBoth(writers, done);
    const undone = line === 'twothree' ? ['one', 'two', 'threeBBB'] : ['one', 'twoBBB', 'three'];
    for (let i = 0; i < 2; i++) {
      await ada.keyboard.press('ControlOrMeta+z');
      await expectOnBoth(writers, undone);
      await ada.keyboard.press('ControlOrMeta+Shift+z');
      await expectOnBoth(writers, done);
    }
  });
}

test('a paragraph that another person writes in a quote stays when it is taken back', async ({
  writers,
}) => {
  const [ada, ben] = [writers.ada.page, writers.ben.page];
  await writers.startDocument(['one', 'two', 'three']);
  await make('Quote')(ada);
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
