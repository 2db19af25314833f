import { testGroups } from './groups.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testGroups(temporaryDatabase);
