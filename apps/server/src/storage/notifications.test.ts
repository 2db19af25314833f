import { temporaryDatabase } from './testing/temporary-database.ts';
import { testNotifications } from './notifications.contract.ts';

testNotifications(temporaryDatabase);
