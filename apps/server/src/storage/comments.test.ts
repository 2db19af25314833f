import { testComments } from './comments.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testComments(temporaryDatabase);
