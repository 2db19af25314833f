/** A proxy before a Postgres server that loses answers: it ends connections after a random number of bytes. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Postgres calls its socket on the default port. */
const SOCKET = '.s.PGSQL.5432';

export class CuttingProxy implements AsyncDisposable {
  readonly folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: 'running' | 'paused' = 'running';
  cuts = 0;

  private constructor(folder: string, server: Server) {
    this.folder = folder;
    this.#server = server;
  }

  /** @param bytesUntilCut of each connection's answers; infinite for none. */
  static async start(folder: string, bytesUntilCut: () => number): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(await mkdtemp(join(tmpdir(), 'tandem-proxy-')), server);
    server.on('connection', (client) =>
      proxy.#connect(client, join(folder, SOCKET), bytesUntilCut()),
    );
    server.listen(join(proxy.folder, SOCKET));
    await once(server, 'listening');
    return proxy;
  }

  /** From now on, connections are open and nothing comes through. */
  pause(): void {
    this.#state = 'paused';
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends the connections that were paused, and lets new ones through. */
  resume(): void {
    this.#state = 'running';
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  #connect(client: Socket, path: string, bytesUntilCut: number): void {
    const target = connect(path);
    let left = bytesUntilCut;
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        // What the client sent still arrives: the server carries it out.
        target.end();
      });
    }
    if (this.#state === 'paused') return;
    client.pipe(target);
    target.on('data', (data: Buffer) => {
      left -= data.byteLength;
      if (left > 0) {
        client.write(data);
        return;
      }
      if (!client.destroyed) this.cuts++;
      client.destroy();
    });
  }
}
