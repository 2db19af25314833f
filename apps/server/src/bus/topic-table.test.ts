import { expect, test } from 'vitest';
import { TopicTable } from './topic-table.ts';

function createTable() {
  const requests: { topics: readonly string[]; answer: (confirmed: boolean) => void }[] = [];
  const unsubscribed: string[] = [];
  const broker = {
    subscribe: (topics: readonly string[]) =>
      new Promise<boolean>((answer) => requests.push({ topics, answer })),
    unsubscribe: (topic: string) => void unsubscribed.push(topic),
  };
  return { table: new TopicTable(broker, () => undefined), requests, unsubscribed };
}

const ignore = () => undefined;

test('BU2: what is asked for during one request goes into the next', async () => {
  const { table, requests } = createTable();
  for (const topic of ['a', 'b', 'c']) table.add(topic, ignore);
  const confirmations = ['a', 'b', 'c'].map((topic) => table.confirm(topic));
  expect(requests.map(({ topics }) => topics)).toEqual([['a']]);
  requests[0]!.answer(true);
  expect(await confirmations[0]).toBe(true);
  expect(requests.map(({ topics }) => topics)).toEqual([['a'], ['b', 'c']]);
  requests[1]!.answer(true);
  expect(await Promise.all(confirmations)).toEqual([true, true, true]);
});

test('BU2: what was closed while it waited is not subscribed', async () => {
  const { table, requests, unsubscribed } = createTable();
  table.add('a', ignore);
  void table.confirm('a');
  const close = table.add('b', ignore);
  const confirmation = table.confirm('b');
  close();
  table.add('c', ignore);
  void table.confirm('c');
  requests[0]!.answer(true);
  await Promise.resolve();
  await Promise.resolve();
  expect(requests[1]!.topics).toEqual(['c']);
  expect(unsubscribed).toEqual(['b']);
  requests[1]!.answer(true);
  await confirmation;
});

test('BU2: a lost connection ends what waits, and all is asked for at the next', async () => {
  const { table, requests } = createTable();
  for (const topic of ['a', 'b']) table.add(topic, ignore);
  const [, waiting] = [table.confirm('a'), table.confirm('b')];
  table.handleDisconnected();
  expect(await waiting).toBe(false);
  const restored = table.restore();
  expect(requests[1]!.topics).toEqual(['a', 'b']);
  table.add('c', ignore);
  void table.confirm('c');
  expect(requests[2]!.topics).toEqual(['c']);
  requests[0]!.answer(false);
  requests[1]!.answer(true);
  expect(await restored).toBe(true);
  expect(await table.confirm('b')).toBe(true);
});
