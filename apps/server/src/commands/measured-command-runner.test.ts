import { expect, test } from 'vitest';
import { errorOf } from '@tandem/protocol';
import type { CommandAnswer, CommandRunner, CommittedBatch } from './command-runner.ts';
import { measureCommands } from './measured-command-runner.ts';
import { Metrics } from '../metrics/metrics.ts';

test('times commits, passes all batches on, and ignores batches that wrote nothing', () => {
  let say: (batch: CommittedBatch) => void = () => {};
  const runner: CommandRunner = {
    run: () => Promise.resolve({ kind: 'done', repeated: false, positions: [], events: 1 }),
    onCommitted: (listener) => (say = listener),
    onLost: () => {},
    storageError: null,
    onStorageChanged: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const metrics = new Metrics();
  const heard: CommittedBatch[] = [];
  measureCommands(runner, metrics).onCommitted((batch) => heard.push(batch));
  const batches = [3, null, 5].map((tookMs) => ({ entry: null, events: [], effects: [], tookMs }));
  for (const batch of batches) say(batch);
  expect(heard).toEqual(batches);
  const commits = metrics.instruments.find(({ name }) => name === 'tandem_command_commit_seconds');
  expect([...commits!.samples()].filter(({ suffix }) => suffix !== '_bucket')).toMatchObject([
    { suffix: '_sum', value: 0.008 },
    { suffix: '_count', value: 2 },
  ]);
});

test('counts a command that failed by a fault of the server apart from refusals', async () => {
  const answers: CommandAnswer[] = [
    { kind: 'refused', error: errorOf('forbidden') },
    { kind: 'refused', error: errorOf('command-failed') },
  ];
  const runner = {
    run: () => Promise.resolve(answers.shift()),
  } as Pick<CommandRunner, 'run'> as CommandRunner;
  const metrics = new Metrics();
  const measured = measureCommands(runner, metrics);
  const input = { document: 'd1', number: 1 };
  for (const id of ['a', 'b'])
    await measured.run({ user: 'u1', command: { id, name: 'chat:see', input } });
  const counter = metrics.instruments.find(({ name }) => name === 'tandem_commands_total');
  const counted = [...counter!.samples()].filter(({ value }) => value > 0);
  expect(counted.map(({ labels }) => labels)).toEqual([
    { command: 'chat:see', result: 'refused' },
    { command: 'chat:see', result: 'failed' },
  ]);
});
