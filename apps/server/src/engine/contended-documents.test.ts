import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { ContendedDocuments } from './contended-documents.ts';
import { CONTENTION } from './limits.ts';

function contended() {
  const clock = new ManualClock();
  const ended: number[] = [];
  const documents = new ContendedDocuments<string>({
    clock,
    random: () => 0.5,
    onPauseEnded: () => ended.push(clock.now()),
  });
  return { clock, ended, documents };
}

test('CL13 pauses double up to their cap, also when busy and conflict alternate', () => {
  const { clock, ended, documents } = contended();
  documents.add('a', 'conflict');
  expect(documents.isPaused('a')).toBe(false);
  for (let i = 0; i < 8; i++) {
    documents.add('a', i % 2 === 0 ? 'busy' : 'conflict');
    expect(documents.isPaused('a')).toBe(true);
    clock.runUntilIdle();
    expect(documents.isPaused('a')).toBe(false);
  }
  const pauses = ended.map((time, i) => time - (ended[i - 1] ?? 0));
  expect(pauses.slice(0, 3)).toEqual([5, 5, 20]);
  expect(Math.max(...pauses)).toBe(CONTENTION.capMs / 2);
  documents.remove('a');
  documents.add('a', 'busy');
  clock.runUntilIdle();
  expect(ended.at(-1)! - ended.at(-2)!).toBe(2.5);
});

test('CL13 after three busy outcomes in a row, a document is alone once its pause is over', () => {
  const { clock, documents } = contended();
  for (const outcome of ['busy', 'busy', 'conflict', 'busy', 'busy', 'busy'] as const) {
    expect([documents.isAlone('a'), documents.alone]).toEqual([false, undefined]);
    documents.add('a', outcome);
  }
  expect([documents.isAlone('a'), documents.alone]).toEqual([true, undefined]);
  clock.runUntilIdle();
  expect(documents.alone).toBe('a');
  documents.remove('a');
  expect([documents.isAlone('a'), documents.alone]).toEqual([false, undefined]);
});

test('CL13 at the end nothing pauses, and the attempts are limited', () => {
  const { clock, documents } = contended();
  for (let i = 0; i < 10; i++) documents.add('a', 'busy');
  documents.end();
  expect([documents.isPaused('a'), documents.alone]).toEqual([false, 'a']);
  for (let i = 0; i < CONTENTION.lastAttempts; i++) {
    expect(documents.isPaused('a')).toBe(false);
    documents.add('a', 'conflict');
  }
  expect([documents.isPaused('a'), clock.pending]).toEqual([true, 0]);
});
