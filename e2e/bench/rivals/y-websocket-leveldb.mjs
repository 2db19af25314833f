/**
 * The reference server of Yjs with its own persistence, which is switched on as its README says. Each
 * update is put into LevelDB after it was sent; LevelDB does not sync its log.
 */
process.env['YPERSISTENCE'] = process.env['DATA_DIR'];
await import('./y-websocket.mjs');
