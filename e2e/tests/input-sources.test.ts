/**
 * Text entered by other means than plain keys appears once in every field, and no Enter within it
 * has a further effect.
 */

import type { Page } from '@playwright/test';
import { INPUT_SOURCES, pressOption } from '../editing/input-sources.ts';
import { outlineOf } from '../harness/blocks.ts';
import { selectLine } from '../harness/gestures.ts';
import { documentPathOf, expectSaved, startDocument, textOf, titleOf } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

interface InputField {
  readonly name: string;
  readonly begin: (page: Page) => Promise<unknown>;
  readonly read: (page: Page) => Promise<string>;
  readonly signs?: string;
}

const inText = (name: string, signs: string, typed = signs): InputField => ({
  name,
  begin: async (page) => {
    await startDocument(page, name);
    await page.keyboard.type(typed);
  },
  read: async (page) => (await outlineOf(page)).join('\n'),
  signs,
});

const fieldOf = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name });
const messageOf = (page: Page) => fieldOf(page, 'Message everyone here');
const filterOf = (page: Page) => page.getByRole('searchbox', { name: 'Filter' });

const INPUT_FIELDS: readonly InputField[] = [
  inText('text', ''),
  inText('a task', '[ ] ', '[] '),
  inText('code', '``` '),
  inText('a quote', '> '),
  {
    name: 'the title',
    begin: async (page) => {
      await startDocument(page, '');
      await titleOf(page).click();
    },
    read: (page) => titleOf(page).inputValue(),
  },
  {
    name: 'the chat',
    begin: async (page) => {
      await startDocument(page, 'Chat');
      await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
      await messageOf(page).click();
    },
    read: (page) => messageOf(page).inputValue(),
  },
  {
    name: 'the address of a link',
    begin: async (page) => {
      await startDocument(page, 'Link');
      await page.keyboard.type('words');
      await selectLine(page, 'words');
      await page.keyboard.press('ControlOrMeta+k');
      await expect(fieldOf(page, 'Address')).toBeFocused();
    },
    read: (page) => fieldOf(page, 'Address').inputValue(),
  },
  {
    name: 'the filter of the list',
    begin: async (page) => {
      await startDocument(page, 'List');
      await page.goto('/');
      await filterOf(page).click();
    },
    read: (page) => filterOf(page).inputValue(),
  },
];

for (const { name, begin, read, signs = '' } of INPUT_FIELDS) {
  test(`every input source in ${name}`, async ({ openAsGuest }) => {
    const { page } = await openAsGuest();
    await begin(page);
    const path = documentPathOf(page);
    let written = signs;
    for (const way of INPUT_SOURCES) {
      await way.act(page);
      written += way.adds;
      await expect.poll(() => read(page), way.name).toBe(written);
    }
    expect(documentPathOf(page)).toBe(path);
  });
}

test('a message is sent by an Enter after the composition', async ({ openAsGuest }) => {
  const { page } = await openAsGuest();
  await startDocument(page, 'Chat');
  await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
  await messageOf(page).click();
  await INPUT_SOURCES.find(({ name }) => name === 'Japanese')!.act(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log')).toContainText('蟹');
  await expect(messageOf(page)).toHaveValue('');
});

test('Option+N types on a Mac, and Control+Option+N creates a document', async ({
  openAsGuest,
}) => {
  const { page } = await openAsGuest();
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' }),
  );
  await page.reload();
  await startDocument(page, 'Mac');
  const path = documentPathOf(page);
  const optionN = { code: 'KeyN', vk: 78 };
  for (const key of ['˜', 'Dead', 'ń']) {
    for (const place of [textOf(page), titleOf(page)]) {
      await place.focus();
      await pressOption(page, { ...optionN, key });
      expect(documentPathOf(page)).toBe(path);
    }
  }
  await textOf(page).focus();
  await pressOption(page, { ...optionN, key: 'Dead', ctrl: true });
  await expect.poll(() => documentPathOf(page)).not.toBe(path);
  await expect(titleOf(page)).toBeFocused();
  await expectSaved(page);
});
