/**
 * Replaces the certificate when its files change. The files are read again and compared, because certificates are
 * replaced in many ways (renamed files, symbolic links, mounted secrets) and file events miss some of them.
 */
import { HTTP } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { readTlsCertificate, type TlsCertificate, type TlsFiles } from './tls-certificate.ts';

export interface TlsReloadOptions {
  readonly files: TlsFiles;
  readonly current: TlsCertificate;
  /** Open connections keep the certificate that they began with. */
  readonly replace: (certificate: TlsCertificate) => void;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'error'>;
}

export class TlsReload implements Disposable {
  readonly #options: TlsReloadOptions;
  #current: TlsCertificate;
  #timer: unknown = null;
  /** The last problem in the log, so that each is logged once. */
  #reported: string | null = null;
  #state: 'stopped' | 'started' = 'stopped';

  constructor(options: TlsReloadOptions) {
    this.#options = options;
    this.#current = options.current;
  }

  start(): void {
    this.#state = 'started';
    this.#schedule();
  }

  [Symbol.dispose](): void {
    this.#state = 'stopped';
    this.#options.clock.clearTimeout(this.#timer);
  }

  async check(): Promise<void> {
    const { files, replace, clock, log } = this.#options;
    const reading = await readTlsCertificate(files, clock.now());
    if (reading.kind === 'problem') {
      if (reading.sentence === this.#reported) return;
      this.#reported = reading.sentence;
      log.error({ problem: reading.sentence }, 'keeping the certificate: its files cannot be used');
      return;
    }
    this.#reported = null;
    if (isSame(reading, this.#current)) return;
    this.#current = reading;
    replace(reading);
    log.info({ expires: new Date(reading.expiresAt).toISOString() }, 'replaced the certificate');
  }

  #schedule(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      void this.check().finally(() => {
        if (this.#state === 'started') this.#schedule();
      });
    }, HTTP.tlsCheckIntervalMs);
  }
}

function isSame(one: TlsCertificate, other: TlsCertificate): boolean {
  return one.certificate.equals(other.certificate) && one.key.equals(other.key);
}
