import { expect, test } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { CompactionQueue } from './compaction-queue.ts';
import type { EngineNotice } from './port.ts';

function queue() {
  const requested: string[] = [];
  const done: string[] = [];
  const notices: EngineNotice[] = [];
  const compactions = new CompactionQueue({
    clock: new ManualClock(),
    compact: (document) => requested.push(document),
    onDone: (document, outcome) => done.push(`${document} ${outcome}`),
    onNotices: (some) => notices.push(...some),
  });
  return { compactions, requested, done, notices };
}

const success = { kind: 'compacted', rows: 1, bytes: 1 } as const;

test('documents wait until the compactor is ready, each once', () => {
  const { compactions, requested } = queue();
  compactions.add(['a', 'b', 'a']);
  expect(requested).toEqual([]);
  compactions.start();
  expect(requested).toEqual(['a']);
  compactions.add(['a']);
  compactions.done({ document: 'a', outcome: success });
  expect(requested).toEqual(['a', 'b']);
});

test('only a failed compaction is reported', () => {
  const { compactions, done, notices } = queue();
  compactions.start();
  compactions.add(['a', 'b', 'c']);
  compactions.done({ document: 'a', outcome: success });
  compactions.done({ document: 'b', outcome: { kind: 'unchanged' } });
  compactions.done({ document: 'c', outcome: { kind: 'failed', reason: 'it differs' } });
  expect(done).toEqual(['a compacted', 'b unchanged', 'c unchanged']);
  expect(compactions.compactions).toBe(1);
  expect(notices).toEqual([
    { kind: 'latency', work: 'compaction', document: 'a', ms: expect.any(Number) as number },
    { kind: 'error', what: 'document not compacted', document: 'c', detail: 'it differs' },
  ]);
});

test('a document that ended the worker is not retried, while the others are', () => {
  const { compactions, requested, done, notices } = queue();
  compactions.start();
  compactions.add(['heavy', 'light']);
  compactions.stop('out of memory');
  expect(done).toEqual(['heavy unchanged']);
  expect(notices).toMatchObject([{ document: 'heavy', detail: 'out of memory' }]);
  expect(requested).toEqual(['heavy']);
  compactions.start();
  expect(requested).toEqual(['heavy', 'light']);
});

test('an idle worker that ends loses nothing', () => {
  const { compactions, done, notices } = queue();
  compactions.start();
  compactions.stop('ended');
  expect(done).toEqual([]);
  expect(notices).toEqual([]);
});
