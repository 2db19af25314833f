/** Texts of programs on two servers of one database: CT3 and CT4 of PROTOCOL.md. */
import { toMarkdown } from '@tandem/document/markdown-writer';
import { expect, inject, test } from 'vitest';
import * as Y from 'yjs';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { askWith, makeToken } from '../api-tokens.ts';
import { eventually } from '../eventually.ts';
import { createPage } from '../file-transfers.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn } from '../signed-in.ts';
import { signUp } from '../signed-up.ts';

test('what programs write on both nodes is on the screens of both, once each', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  const nodes = [await start(), await start()] as const;
  const ada = await signUp(nodes[0]);
  const document = await createPage(ada);
  const token = await makeToken(ada, ['documents:write']);
  const readers = await Promise.all(
    nodes.map(async (node) => {
      const client = await NativeClient.onAuthenticated(node, { guest: await signIn(node) });
      await client.open(document);
      return client;
    }),
  );
  const path = `/documents/${document}/markdown`;
  const lines = Array.from({ length: 16 }, (_, i) => `line ${i}`);
  const work = async (at: number) => {
    for (const [i, bytes] of lines.entries())
      if (i % 2 === at)
        expect((await askWith(nodes[at]!, token, { path, method: 'POST', bytes })).status).toBe(
          200,
        );
  };
  await Promise.all([work(0), work(1)]);
  const readBy = ({ received }: NativeClient): string => {
    const page = new Y.Doc();
    for (const message of received)
      if (message.type === 'updates')
        for (const update of message.updates) Y.applyUpdate(page, update);
    return toMarkdown(page);
  };
  const linesOf = (text: string) => text.split('\n\n').map((line) => line.trim());
  await eventually('both have all', () =>
    readers.every((reader) => linesOf(readBy(reader)).length === lines.length),
  );
  for (const reader of readers)
    expect(linesOf(readBy(reader)).toSorted()).toEqual(lines.toSorted());
  expect(readBy(readers[0]!)).toBe(readBy(readers[1]!));
  const bytes = 'Written on one node.\n';
  expect((await askWith(nodes[0], token, { path, method: 'PUT', bytes })).status).toBe(200);
  expect(await (await askWith(nodes[1], token, { path })).text()).toBe(bytes);
});
