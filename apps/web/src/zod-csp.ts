/** Our content security policy forbids `eval`, which zod would try, to be faster. Imported before anything that parses. */
import { config } from 'zod';

config({ jitless: true });
