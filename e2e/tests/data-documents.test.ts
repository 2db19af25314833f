/** Documents written by a program with a stock Yjs client, as a person sees them. */

import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket-3';
import * as Y from 'yjs';
import { expectAccessible } from '../harness/accessibility.ts';
import { expectSaved } from '../harness/screens.ts';
import { expect, test } from '../harness/test.ts';

test.use({ serverOptions: { env: { ALLOW_ADHOC_DOCUMENTS: 'true' } } });

test('a program’s document shows as a live, read-only tree', async ({ openAsGuest, server }) => {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`ws://127.0.0.1:${server.port}/yjs`, 'gauge', doc, {
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  await new Promise<void>((resolve) => provider.once('sync', () => resolve()));
  doc.getMap('station').set('name', 'north slip');
  doc.getArray('levels').push([1.25, 2.5]);
  doc.getText('notes').insert(0, 'drifts');

  const { page } = await openAsGuest('/d/gauge');
  const tree = page.getByRole('main');
  await expect(tree).toContainText('This document belongs to a program.');
  await expect(tree.getByRole('listitem').filter({ hasText: 'north slip' }).first()).toBeVisible();
  await expect(tree.getByText('list, 2 entries')).toBeVisible();
  await expect(tree.getByText('drifts')).toBeVisible();
  await expect(tree.getByRole('textbox', { name: /^(?!Title$)/ })).toHaveCount(0);
  await expectSaved(page);

  await expectAccessible(page, 'data document');

  doc.getArray('levels').push([3.75]);
  await expect(tree.getByText('list, 3 entries')).toBeVisible();
  provider.destroy();
});
