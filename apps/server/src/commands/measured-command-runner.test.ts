import { expect, test } from 'vitest';
import type { CommandRunner, CommittedBatch } from './command-runner.ts';
import { measureCommands } from './measured-command-runner.ts';
import { Metrics } from '../metrics/metrics.ts';

test('times commits, passes all batches on, and ignores batches that wrote nothing', () => {
  let say: (batch: CommittedBatch) => void = () => {};
  const runner: CommandRunner = {
    run: () => Promise.resolve({ kind: 'done', repeated: false, positions: [] }),
    onCommitted: (listener) => (say = listener),
    onLost: () => {},
    storageError: null,
    onStorageChanged: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const metrics = new Metrics();
  const heard: CommittedBatch[] = [];
  measureCommands(runner, metrics).onCommitted((batch) => heard.push(batch));
  const batches = [3, null, 5].map((tookMs) => ({ events: [], effects: [], tookMs }));
  for (const batch of batches) say(batch);
  expect(heard).toEqual(batches);
  const commits = metrics.instruments.find(({ name }) => name === 'tandem_command_commit_seconds');
  expect([...commits!.samples()].filter(({ suffix }) => suffix !== '_bucket')).toMatchObject([
    { suffix: '_sum', value: 0.008 },
    { suffix: '_count', value: 2 },
  ]);
});
