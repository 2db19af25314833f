import { testDigests } from './digests.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testDigests(temporaryDatabase);
