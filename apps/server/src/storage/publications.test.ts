import { testPublications } from './publications.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testPublications(temporaryDatabase);
