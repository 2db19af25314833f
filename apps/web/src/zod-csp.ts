/** Disables zod's use of `eval`, which the content security policy forbids. Imported before any schema. */
import { config } from 'zod/mini';

config({ jitless: true });
