import { temporaryDatabase } from '../testing/temporary-database.ts';
import { testAudit } from './audit.contract.ts';

testAudit(temporaryDatabase);
