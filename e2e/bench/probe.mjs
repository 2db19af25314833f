/**
 * Loaded into each server that is measured, before its own code (`node --import`): tells the bench, over
 * IPC, what the process has used. Plain JavaScript, as nothing may be transpiled inside what is measured.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const LOOP_RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

/** Heaps of workers are collected with that of the main thread. */
const collection = new BroadcastChannel('bench:collect');
collection.unref();
collection.onmessage = () => collect();

if (isMainThread && process.send !== undefined) {
  let loop = null;
  process.on('message', ({ id, method }) => {
    if (method === 'collect') {
      collection.postMessage(null);
      collect();
    }
    if (method === 'watch-loop') {
      loop ??= monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
      loop.reset();
      loop.enable();
    }
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const loopDelayMs = loop === null ? 0 : Math.max(0, loop.max / NS_PER_MS - LOOP_RESOLUTION_MS);
    process.send({ id, cpuUs: user + system, rss, heapUsed, loopDelayMs });
  });
  // Being measured keeps no server alive.
  process.channel?.unref();
  process.on('disconnect', () => process.exit(1));
}

function collect() {
  // The second finds what finalizers of the first let go.
  globalThis.gc?.();
  globalThis.gc?.();
}
