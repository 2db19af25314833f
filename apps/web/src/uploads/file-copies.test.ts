import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { COPY_RETRY_MS, FileCopies, type CopyResult } from './file-copies.ts';

function start() {
  const clock = new ManualClock(0);
  const asked: { readonly file: string; readonly end: (result: CopyResult) => Promise<void> }[] =
    [];
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const copies = new FileCopies({
    copy: (file) =>
      new Promise((resolve) => {
        const end = async (result: CopyResult): Promise<void> => {
          resolve(result);
          await settle();
        };
        asked.push({ file, end });
      }),
    setTimer: (run, delayMs) => clock.setTimeout(run, delayMs),
  });
  return { asked, copies, clock };
}

test('FI12 pasted files are copied one after the other, and what is refused says why', async () => {
  const { copies, asked } = start();
  copies.add(['a', 'b']);
  expect(asked.map(({ file }) => file)).toEqual(['a']);
  await asked[0]!.end({ kind: 'copied' });
  expect([copies.get('a'), copies.get('b')]).toEqual([null, { kind: 'copying' }]);
  await asked[1]!.end({ kind: 'refused', message: 'No.' });
  expect(copies.get('b')).toEqual({ kind: 'failed', message: 'No.' });
  copies.retry('b');
  expect(asked.map(({ file }) => file)).toEqual(['a', 'b', 'b']);
  copies.cancel('b');
  await asked[2]!.end({ kind: 'refused', message: 'No.' });
  expect(copies.get('b')).toBeNull();
});

test('FI12 a copy goes on after failures that pass', async () => {
  const { copies, asked, clock } = start();
  copies.add(['a']);
  await asked[0]!.end({ kind: 'later' });
  clock.advance(COPY_RETRY_MS);
  expect(asked).toHaveLength(2);
  await asked[1]!.end({ kind: 'copied' });
  expect(copies.get('a')).toBeNull();
});
