/** Chat beside the text. */

import type { Locator, Page } from '@playwright/test';
import {
  chipOf,
  expectSaved,
  changeOwnName,
  NETWORK_ERRORS,
  peopleOf,
  textOf,
  together,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

function chatOf(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Chat' });
}

function fieldOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message everyone here' });
}

function saidIn(page: Page, text: string): Locator {
  return page.getByRole('log').getByRole('listitem').filter({ hasText: text }).last();
}

async function openChat(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
    await expect(fieldOf(page)).toBeVisible();
  }
}

async function say(page: Page, text: string): Promise<void> {
  await fieldOf(page).fill(text);
  await fieldOf(page).press('Enter');
  await expect(fieldOf(page)).toHaveValue('');
}

async function act(page: Page, text: string, action: string): Promise<void> {
  const message = saidIn(page, text);
  await message.hover();
  await message.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('what one says, the other reads, in order and under the name', async ({ arrive }) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await expect(chatOf(ada)).toContainText('No messages yet');
  await say(ada, 'I can do the 12th.');
  await expect(saidIn(ben, 'I can do the 12th.')).toBeVisible();
  await say(ben, 'Take our boat: https://tide.example/boats.');
  const link = saidIn(ada, 'Take our boat').getByRole('link');
  await expect(link).toHaveAttribute('href', 'https://tide.example/boats');
  await expect(ada.getByRole('log')).toContainText(/Ada.*I can do the 12th\..*Ben.*Take our boat/s);
  await expect(ada.getByText('sending…')).toBeHidden();
});

test('who writes a message is seen, until it is sent', async ({ arrive }) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await fieldOf(ada).pressSequentially('One moment');
  await expect(chatOf(ben).getByText('Ada is typing…')).toBeVisible();
  await fieldOf(ada).press('Enter');
  await expect(chatOf(ben).getByText('Ada is typing…')).toBeHidden();
});

test('new messages are counted until they are seen', async ({ arrive }) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada);
  await say(ada, 'first');
  await say(ada, 'second');
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await openChat(ben);
  await expect(button).toHaveAccessibleName('Chat');
  await ben.reload();
  await expect(textOf(ben)).toBeEditable();
  await expect(saidIn(ben, 'second')).toBeVisible();
  await expect(button).toHaveAccessibleName('Chat');
});

test('what was deleted before it was seen is not counted, also after a reload', async ({
  arrive,
}) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada);
  for (const text of ['first', 'second', 'third']) await say(ada, text);
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 3 new messages');
  await act(ada, 'second', 'Delete');
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await ben.reload();
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await act(ada, 'third', 'Delete');
  await act(ada, 'first', 'Delete');
  await expect(button).toHaveAccessibleName('Chat');
});

test('a reply, a reaction, a correction and a deletion are the same for both', async ({
  arrive,
}) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await say(ada, 'High water at nine.');

  await saidIn(ben, 'High water').hover();
  await saidIn(ben, 'High water').getByRole('button', { name: 'Reply' }).click();
  await expect(chatOf(ben).getByText('Reply to Ada')).toBeVisible();
  await say(ben, 'Then I bring the lamp.');
  await expect(saidIn(ada, 'bring the lamp')).toContainText('High water at nine.');

  const first = ben
    .getByRole('log')
    .getByRole('listitem')
    .filter({ hasText: 'High water' })
    .first();
  await first.hover();
  await first.getByRole('button', { name: 'Add a reaction' }).click();
  await ben.getByRole('button', { name: '🌊', exact: true }).click();
  const reaction = ada.getByRole('button', { name: '🌊 from Ben' });
  await expect(reaction).toBeVisible();
  await reaction.click();
  await expect(ben.getByRole('button', { name: /🌊 from .*Ada/ })).toBeVisible();

  await fieldOf(ben).press('ArrowUp');
  await expect(fieldOf(ben)).toHaveValue('Then I bring the lamp.');
  await say(ben, 'Then I bring two lamps.');
  await expect(saidIn(ada, 'two lamps')).toContainText('edited');

  await act(ben, 'two lamps', 'Delete');
  await expect(ada.getByText('This message was deleted.')).toBeVisible();
  await expect(ada.getByText('two lamps')).toBeHidden();
});

test('an @ finds people, and whom it names sees it', async ({ arrive }) => {
  const [ada] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada);
  await fieldOf(ada).pressSequentially('Ask @be');
  await expect(ada.getByRole('option', { name: 'Ben' })).toBeVisible();
  await fieldOf(ada).press('Enter');
  await expect(fieldOf(ada)).toHaveValue('Ask @Ben ');
  await fieldOf(ada).pressSequentially('first');
  await fieldOf(ada).press('Enter');
  await expect(saidIn(ada, 'Ask @Ben first').getByText('@Ben', { exact: true })).toBeVisible();
});

test('of two people who share a name, the one who was chosen is meant, also after a rename and a correction', async ({
  arrive,
}) => {
  const [ada, first, second] = await together(arrive, ['Ada', 'Alex', 'Alex']);
  await openChat(ada, first, second);
  await say(second, 'I am the other one.');
  await expect(saidIn(ada, 'the other one')).toBeVisible();
  await fieldOf(ada).pressSequentially('你好@ale');
  await expect(ada.getByRole('option', { name: /^Alex/ })).toHaveCount(2);
  await ada.getByRole('option', { name: /^Alex.*wrote at/ }).click();
  await expect(fieldOf(ada)).toHaveValue('你好@Alex ');
  await fieldOf(ada).press('Enter');
  const called = (page: Page) => page.getByRole('log').locator('bdi[data-me]');
  await expect(called(second)).toHaveText('@Alex');
  await expect(called(first)).toHaveCount(0);

  await changeOwnName(second, 'Alexandra');
  await expect(saidIn(ada, '你好@Alexandra')).toBeVisible();
  await fieldOf(ada).press('ArrowUp');
  await expect(fieldOf(ada)).toHaveValue('你好@Alexandra');
  await fieldOf(ada).press('End');
  await fieldOf(ada).pressSequentially(', are you there?');
  await fieldOf(ada).press('Enter');
  await expect(saidIn(second, 'are you there?')).toContainText('edited');
  await expect(called(second)).toHaveText('@Alexandra');
});

test('code keeps its indentation', async ({ arrive }) => {
  const [ada] = await together(arrive, ['Ada']);
  await openChat(ada);
  await say(ada, '    def f():\n\treturn 1');
  const text = saidIn(ada, 'def f()').getByText('def f()');
  expect(await text.innerText()).toBe('    def f():\n\treturn 1');
  await say(ada, '```\n  if x:\n    y\n```');
  const code = saidIn(ada, 'if x').locator('pre');
  expect(await code.innerText()).toBe('  if x:\n    y');
});

test('somebody who is called otherwise now has said all of it under the new name', async ({
  arrive,
}) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await say(ada, 'High water at nine.');
  await say(ben, 'I bring the lamp.');
  // Outside the document, so presence cannot carry the new name.
  await ada.getByRole('link', { name: 'All documents' }).click();
  await changeOwnName(ada, 'Countess');
  const log = ben.getByRole('log');
  await expect(log).toContainText(/Countess.*High water/s);
  await expect(log).not.toContainText('Ada');
  await ben.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  await expect(ben.getByRole('dialog', { name: 'Share' })).toContainText('Countess');
});

test('people who are not here can be named as well', async ({ arrive }) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada);
  await ben.getByRole('link', { name: 'All documents' }).click();
  await expect(peopleOf(ada)).toHaveAccessibleName(/^1 person here/);
  await fieldOf(ada).pressSequentially('Ask @be');
  await expect(ada.getByRole('option', { name: 'Ben' })).toBeVisible();
});

test('what is not yet sent outlives the panel, an edit and the end of an answer', async ({
  arrive,
}) => {
  const [ada] = await together(arrive, ['Ada']);
  const button = ada.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await openChat(ada);
  await expect(fieldOf(ada)).toBeFocused();
  await say(ada, 'Low water at six');
  await fieldOf(ada).fill('And high wat');
  await chatOf(ada).getByRole('button', { name: 'Close' }).click();
  await expect(button).toBeFocused();
  await button.click();
  await expect(fieldOf(ada)).toHaveValue('And high wat');
  await act(ada, 'Low water at six', 'Edit');
  await expect(fieldOf(ada)).toHaveValue('Low water at six');
  await fieldOf(ada).press('Escape');
  await expect(fieldOf(ada)).toHaveValue('And high wat');
  await saidIn(ada, 'Low water').hover();
  await saidIn(ada, 'Low water').getByRole('button', { name: 'Reply' }).click();
  await expect(chatOf(ada)).toContainText('Reply to Ada');
  await fieldOf(ada).press('Escape');
  await expect(chatOf(ada)).not.toContainText('Reply to Ada');
  await expect(fieldOf(ada)).toHaveValue('And high wat');
});

test('what came while nobody looked is seen when somebody does', async ({ arrive }) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada, ben);
  const look = (state: DocumentVisibilityState) =>
    ben.evaluate((visibility) => {
      Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await look('hidden');
  await say(ada, 'The tide turns');
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 1 new message');
  await look('visible');
  await expect(button).toHaveAccessibleName('Chat');
});

test('the newest message stays in view while the field grows', async ({ arrive }) => {
  const [ada] = await together(arrive, ['Ada']);
  await openChat(ada);
  for (let number = 1; number <= 40; number++) await say(ada, `Reading ${number}`);
  await expect(saidIn(ada, 'Reading 40')).toBeInViewport({ ratio: 1 });
  await fieldOf(ada).fill('A long\nmessage\nof\nfive\nlines');
  await expect(saidIn(ada, 'Reading 40')).toBeInViewport({ ratio: 1 });
});

test('what is new is marked as such, until one answers', async ({ arrive }) => {
  const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await say(ada, 'seen');
  await expect(saidIn(ben, 'seen')).toBeVisible();
  await chatOf(ben).getByRole('button', { name: 'Close' }).click();
  await say(ada, 'not seen');
  await say(ada, 'neither');
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await openChat(ben);
  const mark = ben.getByRole('log').getByRole('separator', { name: 'New messages' });
  await expect(saidIn(ben, 'not seen')).toContainText('New');
  await expect(mark).toHaveCount(1);
  await say(ada, 'while Ben looks on');
  await expect(saidIn(ben, 'looks on')).toBeVisible();
  await expect(saidIn(ben, 'not seen').getByRole('separator')).toBeVisible();
  await say(ben, 'I am here.');
  await expect(mark).toHaveCount(0);
});

test('a quote leads to its message, however far up it is', async ({ arrive }) => {
  test.setTimeout(120_000);
  const [ada] = await together(arrive, ['Ada']);
  await openChat(ada);
  await say(ada, 'The anchor is here.');
  for (let number = 1; number <= 105; number++) {
    await fieldOf(ada).fill(`Reading ${number}`);
    await fieldOf(ada).press('Enter');
  }
  const log = ada.getByRole('log');
  await expect(saidIn(ada, 'Reading 105')).toBeVisible();
  // Only visible messages are in the DOM, each with its position.
  expect(await log.getByRole('listitem').count()).toBeLessThan(55);
  await expect(saidIn(ada, 'Reading 105')).toHaveAttribute('aria-posinset', '106');
  await expect(saidIn(ada, 'Reading 105')).toHaveAttribute('aria-setsize', '106');
  await log.focus();
  await log.press('Home');
  await saidIn(ada, 'The anchor').hover();
  await saidIn(ada, 'The anchor').getByRole('button', { name: 'Reply' }).click();
  await say(ada, 'Weighed.');
  await expect(saidIn(ada, 'Weighed.')).toBeInViewport();
  await expectSaved(ada);

  await ada.reload();
  await saidIn(ada, 'Weighed.').getByRole('button', { name: 'An earlier message' }).click();
  const anchor = log.getByRole('listitem').filter({ hasText: 'The anchor' }).first();
  await expect(anchor).toBeInViewport();
  await expect(anchor.locator('[data-message]')).toBeFocused();
  await ada.getByRole('button', { name: 'Newest' }).click();
  await expect(saidIn(ada, 'Weighed.')).toBeInViewport();
  await expect(ada.getByRole('button', { name: 'Newest' })).toBeHidden();
});

test('each message runs in the direction of its own letters', async ({ arrive }) => {
  const [ada] = await together(arrive, ['Ada']);
  await openChat(ada);
  await say(ada, 'גאות בשש.');
  const text = saidIn(ada, 'גאות').getByText('גאות');
  const line = await text.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = element.getBoundingClientRect();
    return { left: range.getBoundingClientRect().left - box.left, width: box.width };
  });
  expect(line.left).toBeGreaterThan(line.width / 2);
});

test('a message in which nothing can be seen is not sent, and stays where it was written', async ({
  arrive,
}) => {
  const [ada] = await together(arrive, ['Ada']);
  await openChat(ada);
  // A control character and an invisible letter.
  const invisible = '\u0007\u3164';
  await fieldOf(ada).fill(invisible);
  await fieldOf(ada).press('Enter');
  await expect(chatOf(ada).getByRole('button', { name: 'Send' })).toBeDisabled();
  await expect(fieldOf(ada)).toHaveValue(invisible);
  await expect(chatOf(ada).getByText('No messages yet')).toBeVisible();
});

test.describe('without a network', () => {
  test.use({ allowedErrors: [NETWORK_ERRORS], serviceWorkers: 'allow' });

  test('a message waits, survives a reload, and arrives once', async ({ arrive }) => {
    const [ada, ben] = await together(arrive, ['Ada', 'Ben']);
    await openChat(ada, ben);
    await say(ada, 'before');
    await expect(saidIn(ben, 'before')).toBeVisible();
    await expectSaved(ada);
    await ada.evaluate(async () => void (await navigator.serviceWorker.ready));
    await ada.context().setOffline(true);
    await expect(chipOf(ada)).toHaveText('Offline: kept on this device');
    await say(ada, 'written at sea');
    await expect(saidIn(ada, 'written at sea')).toContainText('not sent yet');
    await say(ben, 'meanwhile');
    ada.once('dialog', (dialog) => void dialog.accept());
    await ada.reload();
    await expect(saidIn(ada, 'written at sea')).toContainText('not sent yet');
    await ada.context().setOffline(false);
    for (const page of [ada, ben]) {
      await expect(page.getByRole('log')).toContainText(/before.*meanwhile.*written at sea/s);
      await expect(page.getByRole('log').getByText('written at sea')).toHaveCount(1);
    }
    await expect(ada.getByText('not sent yet')).toBeHidden();
  });
});

test('on a phone the chat lies over the text, and closes again', async ({ arrive }) => {
  const { page } = await arrive('/', phone);
  await page.getByRole('main').getByRole('link', { name: 'Welcome to Tandem' }).click();
  await expect(textOf(page)).toBeEditable();
  await openChat(page);
  await expect(fieldOf(page)).toHaveAttribute('enterkeyhint', 'enter');
  await fieldOf(page).pressSequentially('from the');
  await fieldOf(page).press('Enter');
  await fieldOf(page).pressSequentially('harbour');
  await expect(fieldOf(page)).toHaveValue('from the\nharbour');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(fieldOf(page)).toHaveValue('');
  await expect(saidIn(page, 'from the harbour')).toBeVisible();
  await page.getByRole('dialog', { name: 'Chat' }).getByRole('button', { name: 'Close' }).click();
  await expect(fieldOf(page)).toBeHidden();
});
