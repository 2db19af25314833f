import { expect, test } from 'vitest';
import { CompactionQueue } from './compaction-queue.ts';
import type { EngineNotice } from './port.ts';

function queue() {
  const asked: string[] = [];
  const done: string[] = [];
  const notices: EngineNotice[] = [];
  const compactions = new CompactionQueue({
    compact: (document) => asked.push(document),
    onDone: (document, outcome) => done.push(`${document} ${outcome}`),
    onNotices: (some) => notices.push(...some),
  });
  return { compactions, asked, done, notices };
}

const success = { kind: 'compacted', rows: 1, bytes: 1 } as const;

test('documents wait until there is somebody who compacts, each once', () => {
  const { compactions, asked } = queue();
  compactions.add(['a', 'b', 'a']);
  expect(asked).toEqual([]);
  compactions.start();
  expect(asked).toEqual(['a']);
  compactions.add(['a']);
  compactions.done({ document: 'a', outcome: success });
  expect(asked).toEqual(['a', 'b']);
});

test('a success and a needless one are not reported, a failure is, once', () => {
  const { compactions, done, notices } = queue();
  compactions.start();
  compactions.add(['a', 'b', 'c']);
  compactions.done({ document: 'a', outcome: success });
  compactions.done({ document: 'b', outcome: { kind: 'unchanged' } });
  compactions.done({ document: 'c', outcome: { kind: 'failed', reason: 'it differs' } });
  expect(done).toEqual(['a compacted', 'b unchanged', 'c unchanged']);
  expect(compactions.compactions).toBe(1);
  expect(notices).toEqual([
    { kind: 'timed', work: 'compaction', document: 'a', ms: expect.any(Number) as number },
    { kind: 'incident', what: 'document not compacted', document: 'c', detail: 'it differs' },
  ]);
});

test('the document that ended the worker is not tried again, the others are', () => {
  const { compactions, asked, done, notices } = queue();
  compactions.start();
  compactions.add(['heavy', 'light']);
  compactions.stop('out of memory');
  expect(done).toEqual(['heavy unchanged']);
  expect(notices).toMatchObject([{ document: 'heavy', detail: 'out of memory' }]);
  expect(asked).toEqual(['heavy']);
  compactions.start();
  expect(asked).toEqual(['heavy', 'light']);
});

test('a worker that ends idle takes nothing with it', () => {
  const { compactions, done, notices } = queue();
  compactions.start();
  compactions.stop('ended');
  expect(done).toEqual([]);
  expect(notices).toEqual([]);
});
