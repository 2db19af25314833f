/** One person with several tabs. */

import {
  documentPathOf,
  goToEnd,
  changeOwnName,
  peopleOf,
  startDocument,
  textOf,
  titleOf,
} from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ serviceWorkers: 'allow' });

test('two tabs of one guest are one person, and write into the same text', async ({
  openAsGuest,
}) => {
  const { page: first, context } = await openAsGuest();
  await changeOwnName(first, 'Ada');
  await startDocument(first, 'Tide log');
  const second = await context.newPage();
  await second.goto(documentPathOf(first));
  await expect(textOf(second)).toBeEditable();
  const { page: ben } = await openAsGuest(documentPathOf(first));
  await changeOwnName(ben, 'Ben');
  for (const page of [first, second])
    await expect(peopleOf(page)).toHaveAccessibleName('2 people here: Ben and Ada');
  await expect(peopleOf(ben)).toHaveAccessibleName('2 people here: Ada and Ben');

  await first.keyboard.type('from the first');
  await expect(textOf(second)).toHaveText('from the first');
  await goToEnd(second);
  await second.keyboard.type(', from the second');
  for (const page of [first, second, ben])
    await expect(textOf(page)).toHaveText('from the first, from the second');

  await second.close();
  await first.keyboard.type('!');
  await expect(textOf(ben)).toHaveText(/!/);
  await expect(peopleOf(ben)).toHaveAccessibleName('2 people here: Ada and Ben');
});

test('a new title and a new document show in the other tab', async ({ openAsGuest }) => {
  const { page: first, context } = await openAsGuest();
  const second = await context.newPage();
  await second.goto('/');
  await startDocument(first, 'Tide log');
  const link = second.getByRole('main').getByRole('link', { name: 'Tide log', exact: true });
  await link.click();
  await titleOf(second).fill('Tide log for April');
  await expect(titleOf(first)).toHaveValue('Tide log for April');
});
