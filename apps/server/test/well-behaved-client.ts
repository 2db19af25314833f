/** A client that keeps writing while others misbehave, and must not be affected. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import * as Y from 'yjs';
import { NativeClient } from './native-client.ts';
import type { RunningServer } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const CLIENT = 7;
const PAUSE_MS = 20;

export class WellBehavedClient {
  readonly guest: SignedIn;
  readonly document: string;
  readonly client: NativeClient;
  readonly #channel: number;
  /** Milliseconds. */
  readonly latencies: number[] = [];
  #written = 0;
  #state: 'resting' | 'busy' = 'resting';
  #busy: Promise<void> = Promise.resolve();

  private constructor(options: {
    guest: SignedIn;
    document: string;
    client: NativeClient;
    channel: number;
  }) {
    this.guest = options.guest;
    this.document = options.document;
    this.client = options.client;
    this.#channel = options.channel;
  }

  /** Opens a document of its own, under the client id 7. */
  static async join(server: RunningServer): Promise<WellBehavedClient> {
    const guest = await signIn(server);
    const document = `document-${randomUUID()}`;
    await guest.fetch('/api/documents', { method: 'POST', body: { id: document } });
    const client = await NativeClient.onAuthenticated(server, { guest });
    const { channel } = await client.open(document, { client: CLIENT });
    return new WellBehavedClient({ guest, document, client, channel });
  }

  async write(): Promise<void> {
    const doc = new Y.Doc();
    doc.clientID = CLIENT;
    doc.getMap('meta').set('schemaVersion', 1);
    const update = Y.encodeStateAsUpdate(doc);
    const cseq = ++this.#written;
    const acknowledged = new Promise<number>((resolve) => {
      const onMessage = (): void => {
        const last = this.client.received.findLast(({ type }) => type === 'ack');
        if (last?.type !== 'ack' || last.cseq < cseq) return;
        this.client.socket.off('message', onMessage);
        resolve(performance.now());
      };
      this.client.socket.on('message', onMessage);
    });
    const beganMs = performance.now();
    this.client.send({ type: 'update', channel: this.#channel, cseq, update });
    this.latencies.push((await acknowledged) - beganMs);
    this.client.received.length = 0;
    expect(this.client.closed).toBeNull();
  }

  begin(): void {
    this.#state = 'busy';
    this.#busy = this.#goOn();
  }

  async rest(): Promise<void> {
    this.#state = 'resting';
    await this.#busy;
  }

  async #goOn(): Promise<void> {
    while (this.#state === 'busy') {
      await this.write();
      await sleep(PAUSE_MS);
    }
  }
}

export function expectHealthy(server: RunningServer): void {
  expect(server.alive).toBe(true);
  expect(server.output).not.toMatch(/"level":[56]0/);
}

export async function refusal(client: NativeClient): Promise<{ code: number; sentence: string }> {
  const { error } = await client.next('error');
  const { code } = await client.end();
  return { code, sentence: error.message };
}
