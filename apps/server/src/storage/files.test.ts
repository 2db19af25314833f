import { describe } from 'vitest';
import { testFiles } from './files.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

describe('files in SQLite', () => {
  testFiles(temporaryDatabase);
});
