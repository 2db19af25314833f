/** Each address of the application opens its screen, and none throws: an error of a page fails its test. */
import { expect, test } from '../harness/test.ts';

test.use({ serverOptions: { env: { ADMINISTRATORS: '*' } } });

const SCREENS = {
  '/': 'Documents',
  '/templates': 'Templates',
  '/trash': 'The trash is empty',
  '/help/connection': 'When the live connection does not open',
  '/help/wire': 'Wire protocol',
  '/administration': 'People',
  '/administration/groups': 'Groups',
  '/administration/audit': 'Audit log',
  '/administration/server': 'Server',
  '/admin': 'Connections',
  '/nothing-here': 'Page not found',
};

for (const [address, heading] of Object.entries(SCREENS))
  test(`${address} shows "${heading}"`, async ({ openAsGuest }) => {
    const { page } = await openAsGuest(address);
    const main = page.getByRole('main');
    await expect(main.getByText(heading, { exact: true }).first()).toBeVisible();
  });
