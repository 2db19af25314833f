/**
 * Reports over IPC what a measured server has used. `node --import` loads it before the server's code.
 * Plain JavaScript, because a transpiler in the process would be measured too.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const LOOP_RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;
const NS_PER_US = 1e3;
const isLinux = process.platform === 'linux';

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
    process.send({
      id,
      cpuUs: user + system,
      rss,
      heapUsed,
      loopDelayMs,
      writtenBytes: writtenBytes(),
      threads: threads(),
    });
  });
  // The channel must not keep the server alive.
  process.channel?.unref();
  process.on('disconnect', () => process.exit(1));
}

/** Bytes that the process made the kernel write to disks; 0 where /proc is absent. */
function writtenBytes() {
  return Number(/^write_bytes: (\d+)$/m.exec(read('/proc/self/io'))?.[1] ?? 0);
}

/** Processor time and wake-ups of each thread, in the order of their start. */
function threads() {
  const ids = isLinux ? readdirSync('/proc/self/task') : [];
  return ids.map((id) => {
    const folder = `/proc/self/task/${id}`;
    const [cpuNs = 0] = read(`${folder}/schedstat`).split(' ').map(Number);
    const switches = /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(read(`${folder}/status`))?.[1];
    const name = read(`${folder}/comm`).trim();
    return { id: Number(id), name, cpuUs: cpuNs / NS_PER_US, wakeUps: Number(switches ?? 0) };
  });
}

function read(path) {
  if (!isLinux) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // A thread that has ended.
  }
}

function collect() {
  // The second collection frees what finalizers of the first released.
  globalThis.gc?.();
  globalThis.gc?.();
}
