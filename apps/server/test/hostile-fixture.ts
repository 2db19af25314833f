/** One server for a file of hostile tests, and a well-behaved client that none of them may affect. */
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import type { SignedIn } from './signed-in.ts';
import { expectHealthy, WellBehavedClient } from './well-behaved-client.ts';

class HostileFixture {
  #server: RunningServer | null = null;
  #honest: WellBehavedClient | null = null;

  constructor() {
    const atEnd = atEndOfFile();
    beforeAll(async () => {
      this.#server = await RunningServer.start({}, atEnd);
    });
    beforeEach(async () => {
      this.#honest = await WellBehavedClient.join(this.server);
    });
    afterEach(async () => {
      await this.honest.write();
      expectHealthy(this.server);
    });
  }

  get server(): RunningServer {
    if (this.#server === null) throw new Error('the server has not started');
    return this.#server;
  }

  get honest(): WellBehavedClient {
    if (this.#honest === null) throw new Error('no test has begun');
    return this.#honest;
  }

  get guest(): SignedIn {
    return this.honest.guest;
  }

  get document(): string {
    return this.honest.document;
  }
}

/** Call it at the top level of the file: it registers hooks. */
export function hostileFixture(): HostileFixture {
  return new HostileFixture();
}
