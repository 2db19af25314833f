import { testAdministeredPeople } from './administered-people.contract.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

testAdministeredPeople(temporaryDatabase, 'sqlite');
