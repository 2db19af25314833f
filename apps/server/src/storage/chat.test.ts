import { testChat } from './chat.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testChat(temporaryDatabase);
