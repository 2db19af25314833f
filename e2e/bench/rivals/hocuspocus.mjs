/** Hocuspocus without persistence (the default). */
import { startHocuspocus } from './hocuspocus-server.mjs';

await startHocuspocus();
