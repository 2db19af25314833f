import { describe } from 'vitest';
import { temporaryDatabase } from '../testing/temporary-database.ts';
import { SearchIndex } from './search-index.ts';
import { testBacklinks } from './backlinks.contract.ts';
import { testSearch } from './search.contract.ts';
import { databaseReader } from './search-reader.ts';
import { sqliteTerms } from './sqlite-terms.ts';

describe('search in SQLite', () => {
  const open = async () => {
    const db = await temporaryDatabase();
    return { db, index: new SearchIndex(db, { terms: sqliteTerms, reader: databaseReader(db) }) };
  };
  testSearch(open);
  testBacklinks(open);
});
