/**
 * Reports over IPC what a measured server has used. `node --import` loads it before the server's code.
 * Plain JavaScript, because a transpiler in the process would be measured too.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const LOOP_RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

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
  // The channel must not keep the server alive.
  process.channel?.unref();
  process.on('disconnect', () => process.exit(1));
}

function collect() {
  // The second collection frees what finalizers of the first released.
  globalThis.gc?.();
  globalThis.gc?.();
}
