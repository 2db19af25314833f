import { describe } from 'vitest';
import { testDocumentTree } from './document-tree.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

describe('the tree in SQLite', () => {
  testDocumentTree(temporaryDatabase, 40);
});
