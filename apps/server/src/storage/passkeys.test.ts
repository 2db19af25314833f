import { testPasskeys } from './passkeys.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testPasskeys(temporaryDatabase);
