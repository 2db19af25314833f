// A load balancer for development: passes on connections, in turn, to the nodes that are ready.
import { createServer, connect } from 'node:net';

const CHECK_INTERVAL_MS = 300;
const CHECK_TIMEOUT_MS = 1_000;
/** While all nodes start, connections wait. */
const WAIT_LIMIT_MS = 10_000;
const WAIT_STEP_MS = 100;

export class Balancer {
  #ports;
  /** @type {ReadonlySet<number>} */
  #ready = new Set();
  #turn = 0;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server = createServer((socket) => void this.#pass(socket));
  /** @type {NodeJS.Timeout | undefined} */
  #checks;

  /** @param {readonly number[]} ports of the nodes */
  constructor(ports) {
    this.#ports = ports;
  }

  /**
   * @param {number} port
   * @returns {Promise<number>}
   */
  async listen(port) {
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, () => resolve(undefined));
    });
    this.#checks = setInterval(() => void this.check(), CHECK_INTERVAL_MS);
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  /** @returns {Promise<number>} how many nodes are ready */
  async check() {
    const answers = await Promise.all(this.#ports.map(isReady));
    this.#ready = new Set(this.#ports.filter((_, at) => answers[at]));
    return this.#ready.size;
  }

  async close() {
    clearInterval(this.#checks);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** @param {import('node:net').Socket} socket */
  async #pass(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    const port = await this.#next();
    if (port === undefined || socket.destroyed) {
      socket.destroy();
      return;
    }
    const node = connect(port, '127.0.0.1');
    node.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => node.destroy());
    socket.pipe(node).pipe(socket);
  }

  /** @returns {Promise<number | undefined>} */
  async #next() {
    for (let waitedMs = 0; waitedMs < WAIT_LIMIT_MS; waitedMs += WAIT_STEP_MS) {
      const ready = this.#ports.filter((port) => this.#ready.has(port));
      if (ready.length > 0) return ready[this.#turn++ % ready.length];
      await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
    }
    return undefined;
  }
}

/** @param {number} port */
async function isReady(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
