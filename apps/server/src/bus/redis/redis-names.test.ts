import { expect, test } from 'vitest';
import { PARTITIONS, partitionOf, partitionTag, RedisNames, slotOf } from './redis-names.ts';

const names = new RedisNames('cluster-1');

test('BU21: names have a partition, the cluster, a kind and the topic or node', () => {
  expect(names.topic('doc')).toMatch(/^\{p[0-7][0-9a-f]\}\.tandem\.cluster-1\.t\.doc$/);
  expect(names.mailbox('a')).toMatch(/^\{p[0-7][0-9a-f]\}\.tandem\.cluster-1\.m\.a$/);
  expect(names.echo(127, 'a')).toBe('{p7f}.tandem.cluster-1.e.a');
  expect(partitionOf(names.echo(127, 'a'))).toBe(127);
  for (const topic of ['', 't.x', 'ä{p01}']) expect(names.topicOf(names.topic(topic))).toBe(topic);
  expect(names.topicOf(names.mailbox('t.x'))).toBeNull();
  expect(names.isEcho(names.echo(3, 'a'))).toBe(true);
  expect(names.isEcho(names.mailbox('e.a'))).toBe(false);
});

test('BU21: topics are spread over partitions, and partitions over slots', () => {
  const counts = new Map<number, number>();
  for (let i = 0; i < 12_800; i++) {
    const partition = partitionOf(names.topic(`01J${i}`));
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
  }
  expect(counts.size).toBe(PARTITIONS);
  expect(Math.max(...counts.values())).toBeLessThan(200);
  const thirds = [0, 0, 0];
  for (let i = 0; i < PARTITIONS; i++) thirds[Math.floor(slotOf(i) / 5462)]!++;
  expect(Math.min(...thirds)).toBeGreaterThan(30);
  expect(slotOf(0)).toBeLessThan(16_384);
  expect(partitionTag(10)).toBe('p0a');
});
