/** One person writing. */

import type { Page } from '@playwright/test';
import {
  expectSaved,
  linesOf,
  paste,
  startDocument,
  textOf,
  writeLines,
} from '../harness/screens.ts';
import { expect, test, type OpenAsGuest } from '../harness/test.ts';

async function blankPage(openAsGuest: OpenAsGuest): Promise<Page> {
  const { page } = await openAsGuest();
  await startDocument(page, 'Writing');
  return page;
}

test('typed Markdown becomes blocks and formats, and survives a reload', async ({
  openAsGuest,
}) => {
  const page = await blankPage(openAsGuest);
  const text = textOf(page);
  await writeLines(page, [
    '# One',
    '## Two',
    '### Three',
    '- dry',
    'wet',
    '',
    '1. first',
    'second',
  ]);
  await writeLines(page, ['', '', '[] to do', '', '> said', '', '', '```ts', 'const a = 1;']);
  await page.keyboard.press('ControlOrMeta+Enter');
  await writeLines(page, ['---']);
  await page.keyboard.type('**bold** *slanted* ~~gone~~ `code` https://example.org/x ');

  const check = async () => {
    for (const [level, name] of ['One', 'Two', 'Three'].entries()) {
      await expect(text.getByRole('heading', { level: level + 1, name })).toBeVisible();
    }
    await expect(text.locator('[data-list=bullet]')).toHaveText(['dry', 'wet']);
    await expect(text.locator('[data-list=ordered]')).toHaveText(['first', 'second']);
    await expect(text.getByRole('checkbox', { name: 'to do' })).not.toBeChecked();
    await expect(text.getByRole('blockquote')).toHaveText('said');
    await expect(text.getByRole('code').first()).toHaveText('const a = 1;');
    await expect(text.getByRole('combobox', { name: 'Language of the code' })).toHaveValue(
      'typescript',
    );
    await expect(text.getByRole('separator')).toBeVisible();
    await expect(text.getByRole('strong')).toHaveText('bold');
    await expect(text.getByRole('emphasis')).toHaveText('slanted');
    await expect(text.locator('s')).toHaveText('gone');
    await expect(text.getByRole('code').last()).toHaveText('code');
    await expect(text.getByRole('link')).toHaveAttribute('href', 'https://example.org/x');
  };
  await check();
  const lines = await linesOf(page);
  await expectSaved(page);
  await page.reload();
  await expect(text).toBeEditable();
  await check();
  expect(await linesOf(page)).toEqual(lines);
});

test('Backspace right after a shortcut brings the typed characters back', async ({
  openAsGuest,
}) => {
  const page = await blankPage(openAsGuest);
  await page.keyboard.type('# ');
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveCount(1);
  await page.keyboard.press('Backspace');
  await expect(textOf(page)).toHaveText('# ');
  await expect(textOf(page).getByRole('heading')).toHaveCount(0);
});

test('a slash opens the menu of blocks, and keys choose from it', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  const menu = page.getByRole('listbox', { name: 'Blocks' });
  await page.keyboard.type('/');
  await expect(menu.getByRole('option')).toHaveCount(13);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('option', { selected: true })).toHaveText(/Heading 2/);
  await page.keyboard.press('Enter');
  await expect(menu).toBeHidden();
  await page.keyboard.type('By arrows');
  await expect(textOf(page).getByRole('heading', { level: 2, name: 'By arrows' })).toBeVisible();

  await page.keyboard.press('Enter');
  await page.keyboard.type('/todo');
  await expect(menu.getByRole('option')).toHaveText([/Task list/]);
  await page.keyboard.press('Enter');
  await page.keyboard.type('By word');
  await expect(textOf(page).getByRole('checkbox', { name: 'By word' })).toBeVisible();

  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/');
  await expect(menu).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(textOf(page)).toHaveText(/\/$/);
});

test('the selection toolbar makes text bold, or a link', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await page.keyboard.type('high water');
  await page.keyboard.press('ControlOrMeta+Shift+ArrowLeft');
  const bar = page.getByRole('toolbar', { name: 'Selected text' });
  await bar.getByRole('button', { name: 'Bold' }).click();
  await expect(textOf(page).getByRole('strong')).toHaveText('water');
  await expect(bar.getByRole('button', { name: 'Bold' })).toHaveAttribute('aria-pressed', 'true');
  await bar.getByRole('button', { name: 'Link' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill('javascript:alert(1)');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('That is not an address this page can link to.');
  await page.getByRole('textbox', { name: 'Address' }).fill('example.org/tides');
  await page.keyboard.press('Enter');
  await expect(textOf(page)).toBeFocused();
  const link = textOf(page).getByRole('link', { name: 'water' });
  await expect(link).toHaveAttribute('href', 'https://example.org/tides');
});

test('keys reach and leave the selection toolbar', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await page.keyboard.type('high water');
  await page.keyboard.press('Shift+Home');
  const bar = page.getByRole('toolbar', { name: 'Selected text' });
  await expect(bar).toBeVisible();
  await page.keyboard.press('Alt+F10');
  await expect(bar.getByRole('combobox', { name: 'Kind of block' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(bar.getByRole('button', { name: 'Italic' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(textOf(page)).toBeFocused();
  await expect(textOf(page).getByRole('emphasis')).toHaveText('high water');
});

test('a task is checked with the mouse and by keys', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await writeLines(page, ['[] level the staff', 'check the batteries']);
  const [staff, batteries] = ['level the staff', 'check the batteries'].map((name) =>
    textOf(page).getByRole('checkbox', { name }),
  );
  await staff?.click();
  await page.keyboard.press('ControlOrMeta+Enter');
  for (const box of [staff, batteries]) await expect(box!).toBeChecked();
  await page.keyboard.type(' twice');
  await expectSaved(page);
  await page.reload();
  await expect(textOf(page).getByRole('checkbox', { name: 'level the staff' })).toBeChecked();
  const last = textOf(page).getByRole('checkbox', { name: 'check the batteries twice' });
  await last.press(' ');
  await expect(last).not.toBeChecked();
});

test('code keeps its lines and indents, and takes a language', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await page.keyboard.type('``` ');
  await page.keyboard.type('if (dry) {');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('walk();');
  const code = textOf(page).getByRole('code');
  await expect.poll(() => code.textContent()).toBe('if (dry) {\n  walk();');
  const language = textOf(page).getByRole('combobox', { name: 'Language of the code' });
  // The options are added on focus, by a click or a Tab.
  await language.focus();
  await language.selectOption({ label: 'JavaScript' });
  await expectSaved(page);
  await page.reload();
  await expect(language.locator('option:checked')).toHaveText('JavaScript');
  await expect.poll(() => code.textContent()).toBe('if (dry) {\n  walk();');
});

test('pasted Markdown becomes blocks', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await paste(page, '## Equipment\n\n- staff\n- lamp\n\n1. go\n\n> soon\n');
  await expect(textOf(page).getByRole('heading', { level: 2, name: 'Equipment' })).toBeVisible();
  await expect(textOf(page).locator('[data-list=bullet]')).toHaveText(['staff', 'lamp']);
  await expect(textOf(page).getByRole('blockquote')).toHaveText('soon');
});

test('Tab moves an item in, and Escape then Tab leaves the text', async ({ openAsGuest }) => {
  const page = await blankPage(openAsGuest);
  await writeLines(page, ['- boats', 'moorings']);
  await page.keyboard.press('Tab');
  await expect(textOf(page).locator('[data-indent="1"]')).toHaveText('moorings');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  await expect(textOf(page)).not.toBeFocused();
});
