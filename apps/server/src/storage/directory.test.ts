import { testDirectory } from './directory.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testDirectory(temporaryDatabase);
