/** A network link in user space, between a client and one of several servers, with the faults of a network. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Endpoint = { readonly port: number } | { readonly path: string };

type Direction = 'to-server' | 'to-client';

export const BOTH_WAYS: readonly Direction[] = ['to-server', 'to-client'];

export interface LinkFaults {
  /** Directions that carry nothing. Connections stay open, and what was sent arrives when the link is whole again. */
  readonly held?: readonly Direction[];
  /** The chance that an answer is lost, together with its connection. The server still carries out what it got. */
  readonly lostAnswers?: number;
  /** The same after this many bytes of answers, drawn for each new connection. */
  readonly bytesUntilCut?: () => number;
  readonly delayed?: { readonly chance: number; readonly ms: number };
}

export interface LinkOptions {
  /** In this order, until one of them accepts the connection. */
  readonly targets: () => readonly Endpoint[];
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly faults?: LinkFaults;
  /** Where to listen; a free port of this machine when it is not given. */
  readonly path?: string;
}

const OTHER: Readonly<Record<Direction, Direction>> = {
  'to-server': 'to-client',
  'to-client': 'to-server',
};

interface Connection {
  /** Reading from the key's end is what carries bytes in that direction. */
  readonly sources: Readonly<Record<Direction, Socket>>;
  /** Directions with a chunk that is delayed; later ones wait behind it. */
  readonly delayed: Set<Direction>;
  /** Of answers. */
  bytesLeft: number;
}

export class Link implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  #faults: LinkFaults;
  /** Connections that lost an answer. */
  cuts = 0;

  private constructor(options: LinkOptions) {
    this.#options = options;
    this.#faults = options.faults ?? {};
    this.#server = createServer((client) => {
      this.#track(client);
      this.#connect(client, [...options.targets()]);
    });
  }

  static async start(options: LinkOptions): Promise<Link> {
    const link = new Link(options);
    if (options.path === undefined) link.#server.listen(0, '127.0.0.1');
    else link.#server.listen(options.path);
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set faults(faults: LinkFaults) {
    this.#faults = faults;
    for (const connection of this.#connections) this.#applyHold(connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(client: Socket, targets: Endpoint[]): void {
    const target = targets.shift();
    if (target === undefined) {
      client.destroy();
      return;
    }
    const server = connect(target);
    this.#track(server);
    const fail = () => this.#connect(client, targets);
    server.once('error', fail);
    server.once('connect', () => {
      server.off('error', fail);
      this.#join({ 'to-server': client, 'to-client': server });
    });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #join(sources: Connection['sources']): void {
    const bytesLeft = this.#faults.bytesUntilCut?.() ?? Number.POSITIVE_INFINITY;
    const connection = { sources, delayed: new Set<Direction>(), bytesLeft };
    this.#connections.add(connection);
    this.#carry(connection, 'to-server');
    this.#carry(connection, 'to-client');
    this.#applyHold(connection);
  }

  #carry(connection: Connection, direction: Direction): void {
    const { random } = this.#options;
    const from = connection.sources[direction];
    const to = connection.sources[OTHER[direction]];
    from.on('data', (chunk: Buffer) => {
      if (to.destroyed) return;
      const { delayed } = this.#faults;
      if (direction === 'to-client' && this.#isLost(connection, chunk)) {
        this.cuts++;
        to.destroy();
      } else if (delayed !== undefined && random() < delayed.chance) {
        connection.delayed.add(direction);
        this.#applyHold(connection);
        setTimeout(() => {
          connection.delayed.delete(direction);
          to.write(chunk);
          this.#applyHold(connection);
        }, delayed.ms);
      } else to.write(chunk);
    });
    from.on('close', () => {
      this.#connections.delete(connection);
      // What was sent before still arrives.
      to.end();
    });
  }

  #isLost(connection: Connection, answer: Buffer): boolean {
    connection.bytesLeft -= answer.byteLength;
    const { lostAnswers = 0 } = this.#faults;
    return connection.bytesLeft <= 0 || this.#options.random() < lostAnswers;
  }

  #applyHold({ sources, delayed }: Connection): void {
    const { held = [] } = this.#faults;
    for (const direction of BOTH_WAYS) {
      if (held.includes(direction) || delayed.has(direction)) sources[direction].pause();
      else sources[direction].resume();
    }
  }
}
