import { testApiTokens } from './api-tokens.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testApiTokens(temporaryDatabase);
