// One process of the server: ended with SIGTERM, waited for, then started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A server that is still draining after this long is killed; nothing it called saved is lost. */
const STOP_LIMIT_MS = 3_000;

/**
 * @typedef {object} ServerChildOptions
 * @property {string} main the bundle's entry
 * @property {NodeJS.ProcessEnv} environment
 * @property {(what: string) => void} say
 */

export class ServerChild {
  /** @type {ServerChildOptions} */
  #options;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /** @param {ServerChildOptions} options */
  constructor(options) {
    this.#options = options;
  }

  start() {
    const { main, environment, say } = this.#options;
    const started = spawn(process.execPath, ['--enable-source-maps', main], {
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    started.once('exit', (code, signal) => {
      if (this.#child !== started) return;
      this.#child = undefined;
      say(`ended by itself (${signal ?? `code ${code}`}); a change starts it again`);
    });
    this.#child = started;
  }

  async stop() {
    const stopping = this.#child;
    if (stopping === undefined) return;
    this.#child = undefined;
    const exited = once(stopping, 'exit');
    stopping.kill('SIGTERM');
    const impatience = setTimeout(() => stopping.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(impatience);
  }
}
