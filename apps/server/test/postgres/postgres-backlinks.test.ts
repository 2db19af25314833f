import type { Backlinks } from '@tandem/protocol';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { createPage } from '../file-transfers.ts';
import { RunningServer } from '../running-server.ts';
import { onServer, signIn } from '../signed-in.ts';

/** Fresh within two seconds of an answer; the rest is for a busy machine. */
const FRESH = { timeout: 10_000, interval: 50 };

test('BL4 what is written on one node is a backlink on another within two seconds, and gone as soon', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  const [one, other] = await Promise.all([start(), start()]);
  const ada = await signIn(one);
  const [tide, plan] = [await createPage(ada), await createPage(ada)];
  const write = async (node: RunningServer, text: string) => {
    const answer = await fetch(`${node.url}/api/documents/${plan}/markdown`, {
      method: 'PUT',
      headers: { Cookie: ada.cookie },
      body: text,
    });
    expect(answer.status).toBe(200);
  };
  const found = async () => {
    const answer = await onServer(ada, other).fetch(`/api/documents/${tide}/backlinks`);
    return ((await answer.json()) as Backlinks).documents.map(({ document }) => document);
  };
  await write(one, `See [the tide log](/d/${tide}).`);
  await expect.poll(found, FRESH).toEqual([plan]);
  await write(other, 'See elsewhere.');
  await expect.poll(found, FRESH).toEqual([]);
}, 60_000);
