import { describe } from 'vitest';
import { testJournal, testSharedJournal } from './journal.contract.ts';
import { MemoryJournal } from './memory-journal.ts';

describe('memory journal', () => {
  testJournal(async () => new MemoryJournal());
  testSharedJournal(async () => new MemoryJournal());
});
