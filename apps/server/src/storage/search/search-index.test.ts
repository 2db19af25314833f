import { describe } from 'vitest';
import { temporaryDatabase } from '../testing/temporary-database.ts';
import { SearchIndex } from './search-index.ts';
import { testSearch } from './search.contract.ts';
import { sqliteTerms } from './sqlite-terms.ts';

describe('search in SQLite', () => {
  testSearch(async () => {
    const db = await temporaryDatabase();
    return { db, index: new SearchIndex(db, { terms: sqliteTerms }) };
  });
});
