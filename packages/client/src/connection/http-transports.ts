/** The transports over HTTP, which `fallback.ts` loads when the first one is used. */
export { PollSocket } from './poll-socket.ts';
export { StreamSocket } from './stream-socket.ts';
