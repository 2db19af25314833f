/** Chat beside the text. */

import type { Locator, Page } from '@playwright/test';
import {
  saveStatusOf,
  expectInstalled,
  expectSaved,
  changeOwnName,
  NETWORK_ERRORS,
  peopleOf,
  textOf,
  openSharedDocument,
} from '../harness/screens.ts';
import { expect, phone, test } from '../harness/test.ts';

function chatOf(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Chat' });
}

function fieldOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message everyone here' });
}

function messageIn(page: Page, text: string): Locator {
  return page.getByRole('log').getByRole('listitem').filter({ hasText: text }).last();
}

async function openChat(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    await page.getByRole('banner').getByRole('button', { name: /^Chat/ }).click();
    await expect(fieldOf(page)).toBeVisible();
  }
}

async function sendMessage(page: Page, text: string): Promise<void> {
  await fieldOf(page).fill(text);
  await fieldOf(page).press('Enter');
  await expect(fieldOf(page)).toHaveValue('');
}

async function chooseAction(page: Page, text: string, action: string): Promise<void> {
  const message = messageIn(page, text);
  await message.hover();
  await message.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('messages arrive in order, under the name of their author', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await expect(chatOf(ada)).toContainText('No messages yet');
  await sendMessage(ada, 'I can do the 12th.');
  await expect(messageIn(ben, 'I can do the 12th.')).toBeVisible();
  await sendMessage(ben, 'Take our boat: https://tide.example/boats.');
  const link = messageIn(ada, 'Take our boat').getByRole('link');
  await expect(link).toHaveAttribute('href', 'https://tide.example/boats');
  await expect(ada.getByRole('log')).toContainText(/Ada.*I can do the 12th\..*Ben.*Take our boat/s);
  await expect(ada.getByText('sending…')).toBeHidden();
});

test('a person is shown as typing until the message is sent', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await fieldOf(ada).pressSequentially('One moment');
  await expect(chatOf(ben).getByText('Ada is typing…')).toBeVisible();
  await fieldOf(ada).press('Enter');
  await expect(chatOf(ben).getByText('Ada is typing…')).toBeHidden();
});

test('new messages are counted until they are read', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada);
  await sendMessage(ada, 'first');
  await sendMessage(ada, 'second');
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await openChat(ben);
  await expect(button).toHaveAccessibleName('Chat');
  await ben.reload();
  await expect(textOf(ben)).toBeEditable();
  await expect(messageIn(ben, 'second')).toBeVisible();
  await expect(button).toHaveAccessibleName('Chat');
});

test('messages deleted before they were read are not counted, also after a reload', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada);
  for (const text of ['first', 'second', 'third']) await sendMessage(ada, text);
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 3 new messages');
  await chooseAction(ada, 'second', 'Delete');
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await ben.reload();
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await chooseAction(ada, 'third', 'Delete');
  await chooseAction(ada, 'first', 'Delete');
  await expect(button).toHaveAccessibleName('Chat');
});

test('a reply, a reaction, a correction and a deletion are the same for both', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await sendMessage(ada, 'High water at nine.');

  await messageIn(ben, 'High water').hover();
  await messageIn(ben, 'High water').getByRole('button', { name: 'Reply' }).click();
  await expect(chatOf(ben).getByText('Reply to Ada')).toBeVisible();
  await sendMessage(ben, 'Then I bring the lamp.');
  await expect(messageIn(ada, 'bring the lamp')).toContainText('High water at nine.');

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
  await sendMessage(ben, 'Then I bring two lamps.');
  await expect(messageIn(ada, 'two lamps')).toContainText('edited');

  await chooseAction(ben, 'two lamps', 'Delete');
  await expect(ada.getByText('This message was deleted.')).toBeVisible();
  await expect(ada.getByText('two lamps')).toBeHidden();
});

test('an @ finds people, and the mention is shown', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada);
  await fieldOf(ada).pressSequentially('Ask @be');
  await expect(ada.getByRole('option', { name: 'Ben' })).toBeVisible();
  await fieldOf(ada).press('Enter');
  await expect(fieldOf(ada)).toHaveValue('Ask @Ben ');
  await fieldOf(ada).pressSequentially('first');
  await fieldOf(ada).press('Enter');
  await expect(messageIn(ada, 'Ask @Ben first').getByText('@Ben', { exact: true })).toBeVisible();
});

test('a mention is of the chosen person among two of one name, also after a rename and an edit', async ({
  openAsGuest,
}) => {
  const [ada, first, second] = await openSharedDocument(openAsGuest, ['Ada', 'Alex', 'Alex']);
  await openChat(ada, first, second);
  await sendMessage(second, 'I am the other one.');
  await expect(messageIn(ada, 'the other one')).toBeVisible();
  await fieldOf(ada).pressSequentially('你好@ale');
  await expect(ada.getByRole('option', { name: /^Alex/ })).toHaveCount(2);
  await ada.getByRole('option', { name: /^Alex.*wrote at/ }).click();
  await expect(fieldOf(ada)).toHaveValue('你好@Alex ');
  await fieldOf(ada).press('Enter');
  const mentionsIn = (page: Page) => page.getByRole('log').locator('bdi[data-me]');
  await expect(mentionsIn(second)).toHaveText('@Alex');
  await expect(mentionsIn(first)).toHaveCount(0);

  await changeOwnName(second, 'Alexandra');
  await expect(messageIn(ada, '你好@Alexandra')).toBeVisible();
  await fieldOf(ada).press('ArrowUp');
  await expect(fieldOf(ada)).toHaveValue('你好@Alexandra');
  await fieldOf(ada).press('End');
  await fieldOf(ada).pressSequentially(', are you there?');
  await fieldOf(ada).press('Enter');
  await expect(messageIn(second, 'are you there?')).toContainText('edited');
  await expect(mentionsIn(second)).toHaveText('@Alexandra');
});

test('code keeps its indentation', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await openChat(ada);
  await sendMessage(ada, '    def f():\n\treturn 1');
  const text = messageIn(ada, 'def f()').getByText('def f()');
  expect(await text.innerText()).toBe('    def f():\n\treturn 1');
  await sendMessage(ada, '```\n  if x:\n    y\n```');
  const code = messageIn(ada, 'if x').locator('pre');
  expect(await code.innerText()).toBe('  if x:\n    y');
});

test('a new name applies to all earlier messages', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await sendMessage(ada, 'High water at nine.');
  await sendMessage(ben, 'I bring the lamp.');
  // Outside the document, so presence cannot carry the new name.
  await ada.getByRole('link', { name: 'All documents' }).click();
  await changeOwnName(ada, 'Countess');
  const log = ben.getByRole('log');
  await expect(log).toContainText(/Countess.*High water/s);
  await expect(log).not.toContainText('Ada');
  await ben.getByRole('banner').getByRole('button', { name: 'Share' }).click();
  await expect(ben.getByRole('dialog', { name: 'Share' })).toContainText('Countess');
});

test('people who are not present can be mentioned', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada);
  await ben.getByRole('link', { name: 'All documents' }).click();
  await expect(peopleOf(ada)).toHaveAccessibleName(/^1 person here/);
  await fieldOf(ada).pressSequentially('Ask @be');
  await expect(ada.getByRole('option', { name: 'Ben' })).toBeVisible();
});

test('a draft survives closing the panel, an edit and a cancelled reply', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  const button = ada.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await openChat(ada);
  await expect(fieldOf(ada)).toBeFocused();
  await sendMessage(ada, 'Low water at six');
  await fieldOf(ada).fill('And high wat');
  await chatOf(ada).getByRole('button', { name: 'Close' }).click();
  await expect(button).toBeFocused();
  await button.click();
  await expect(fieldOf(ada)).toHaveValue('And high wat');
  await chooseAction(ada, 'Low water at six', 'Edit');
  await expect(fieldOf(ada)).toHaveValue('Low water at six');
  await fieldOf(ada).press('Escape');
  await expect(fieldOf(ada)).toHaveValue('And high wat');
  await messageIn(ada, 'Low water').hover();
  await messageIn(ada, 'Low water').getByRole('button', { name: 'Reply' }).click();
  await expect(chatOf(ada)).toContainText('Reply to Ada');
  await fieldOf(ada).press('Escape');
  await expect(chatOf(ada)).not.toContainText('Reply to Ada');
  await expect(fieldOf(ada)).toHaveValue('And high wat');
});

test('messages that arrive in a hidden tab are read once the tab is visible', async ({
  openAsGuest,
}) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada, ben);
  const setVisibility = (state: DocumentVisibilityState) =>
    ben.evaluate((visibility) => {
      Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await setVisibility('hidden');
  await sendMessage(ada, 'The tide turns');
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 1 new message');
  await setVisibility('visible');
  await expect(button).toHaveAccessibleName('Chat');
});

test('the newest message stays in view while the field grows', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await openChat(ada);
  for (let number = 1; number <= 40; number++) await sendMessage(ada, `Reading ${number}`);
  await expect(messageIn(ada, 'Reading 40')).toBeInViewport({ ratio: 1 });
  await fieldOf(ada).fill('A long\nmessage\nof\nfive\nlines');
  await expect(messageIn(ada, 'Reading 40')).toBeInViewport({ ratio: 1 });
});

test('new messages are marked until the reader answers', async ({ openAsGuest }) => {
  const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
  await openChat(ada, ben);
  await sendMessage(ada, 'seen');
  await expect(messageIn(ben, 'seen')).toBeVisible();
  await chatOf(ben).getByRole('button', { name: 'Close' }).click();
  await sendMessage(ada, 'not seen');
  await sendMessage(ada, 'neither');
  const button = ben.getByRole('banner').getByRole('button', { name: /^Chat/ });
  await expect(button).toHaveAccessibleName('Chat, 2 new messages');
  await openChat(ben);
  const mark = ben.getByRole('log').getByRole('separator', { name: 'New messages' });
  await expect(messageIn(ben, 'not seen')).toContainText('New');
  await expect(mark).toHaveCount(1);
  await sendMessage(ada, 'while Ben looks on');
  await expect(messageIn(ben, 'looks on')).toBeVisible();
  await expect(messageIn(ben, 'not seen').getByRole('separator')).toBeVisible();
  await sendMessage(ben, 'I am here.');
  await expect(mark).toHaveCount(0);
});

test('a quote leads to its message, also far up in the history', async ({ openAsGuest }) => {
  test.setTimeout(120_000);
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await openChat(ada);
  await sendMessage(ada, 'The anchor is here.');
  for (let number = 1; number <= 105; number++) {
    await fieldOf(ada).fill(`Reading ${number}`);
    await fieldOf(ada).press('Enter');
  }
  const log = ada.getByRole('log');
  await expect(messageIn(ada, 'Reading 105')).toBeVisible();
  // Only visible messages are in the DOM, each with its position.
  expect(await log.getByRole('listitem').count()).toBeLessThan(55);
  await expect(messageIn(ada, 'Reading 105')).toHaveAttribute('aria-posinset', '106');
  await expect(messageIn(ada, 'Reading 105')).toHaveAttribute('aria-setsize', '106');
  await log.focus();
  await expect(async () => {
    await log.press('Home');
    await expect(messageIn(ada, 'The anchor')).toBeInViewport({ timeout: 500 });
  }).toPass();
  await messageIn(ada, 'The anchor').hover();
  await messageIn(ada, 'The anchor').getByRole('button', { name: 'Reply' }).click();
  await sendMessage(ada, 'Weighed.');
  await expect(messageIn(ada, 'Weighed.')).toBeInViewport();
  await expectSaved(ada);

  await ada.reload();
  // The quote gets its text once the server has sent the message.
  const quote = messageIn(ada, 'Weighed.').getByRole('button', {
    name: /An earlier message|The anchor/,
  });
  await quote.click();
  const anchor = log.getByRole('listitem').filter({ hasText: 'The anchor' }).first();
  await expect(anchor).toBeInViewport();
  await expect(anchor.locator('[data-message]')).toBeFocused();
  await ada.getByRole('button', { name: 'Newest' }).click();
  await expect(messageIn(ada, 'Weighed.')).toBeInViewport();
  await expect(ada.getByRole('button', { name: 'Newest' })).toBeHidden();
});

test('each message has the direction of its own script', async ({ openAsGuest }) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
  await openChat(ada);
  await sendMessage(ada, 'גאות בשש.');
  const text = messageIn(ada, 'גאות').getByText('גאות');
  const line = await text.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = element.getBoundingClientRect();
    return { left: range.getBoundingClientRect().left - box.left, width: box.width };
  });
  expect(line.left).toBeGreaterThan(line.width / 2);
});

test('a message without visible characters is not sent, and stays in the field', async ({
  openAsGuest,
}) => {
  const [ada] = await openSharedDocument(openAsGuest, ['Ada']);
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

  test('a message waits, survives a reload, and arrives once', async ({ openAsGuest }) => {
    const [ada, ben] = await openSharedDocument(openAsGuest, ['Ada', 'Ben']);
    await openChat(ada, ben);
    await sendMessage(ada, 'before');
    await expect(messageIn(ben, 'before')).toBeVisible();
    await expectSaved(ada);
    await expectInstalled(ada);
    await ada.context().setOffline(true);
    await expect(saveStatusOf(ada)).toHaveText('Offline: kept on this device');
    await sendMessage(ada, 'written at sea');
    await expect(messageIn(ada, 'written at sea')).toContainText('not sent yet');
    await sendMessage(ben, 'meanwhile');
    ada.once('dialog', (dialog) => void dialog.accept());
    await ada.reload();
    await expect(messageIn(ada, 'written at sea')).toContainText('not sent yet');
    await ada.context().setOffline(false);
    for (const page of [ada, ben]) {
      await expect(page.getByRole('log')).toContainText(/before.*meanwhile.*written at sea/s);
      await expect(page.getByRole('log').getByText('written at sea')).toHaveCount(1);
    }
    await expect(ada.getByText('not sent yet')).toBeHidden();
  });
});

test('the chat covers the text on a phone, and closes again', async ({ openAsGuest }) => {
  const { page } = await openAsGuest('/', phone);
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
  await expect(messageIn(page, 'from the harbour')).toBeVisible();
  await page.getByRole('dialog', { name: 'Chat' }).getByRole('button', { name: 'Close' }).click();
  await expect(fieldOf(page)).toBeHidden();
});
