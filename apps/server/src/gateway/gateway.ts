/** All sockets: who may connect, what the engine has for them, and how they are sent away before a restart. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  binaryCodec,
  errorOf,
  HELLO_TIMEOUT_MS,
  jsonCodec,
  SUBPROTOCOL_BINARY,
  type Codec,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import type { Configuration } from '../configuration.ts';
import type { Engine, EngineNotice } from '../engine/port.ts';
import type { OriginPolicy } from '../http/origin-policy.ts';
import { DRAIN_CONNECTIONS_PER_SECOND, DRAIN_FLUSH_MS, DRAIN_SPREAD_MS } from '../limits.ts';
import type { Log } from '../log.ts';
import { ANONYMOUS, type People } from '../sessions/people.ts';
import type { TokenSigner } from '../sessions/session-token.ts';
import { Connection, type ConnectionShared, type Data, type Dialogue } from './connection.ts';
import type { DialogueServices } from './dialogue-services.ts';
import { FlushTurn } from './flush-turn.ts';
import { NativeDialogue } from './native-dialogue.ts';
import { Offences, type Sender } from './offences.ts';
import type { Rooms } from './rooms.ts';
import { own, type GatewaySocket } from './socket.ts';
import { StockDialogue } from './stock/stock-dialogue.ts';
import type { TimerWheel } from './timer-wheel.ts';
import {
  decideUpgrade,
  nativeSockets,
  refuseUpgrade,
  stockSockets,
  type Destination,
} from './upgrade.ts';

export interface GatewayOptions {
  readonly limits: Configuration['limits'];
  readonly engine: Engine;
  readonly people: People;
  readonly tokens: TokenSigner;
  readonly rooms: Rooms;
  readonly wheel: TimerWheel;
  readonly log: Log;
  readonly originPolicy: OriginPolicy;
  readonly addressOf: (request: IncomingMessage) => string | null;
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #services: DialogueServices;
  readonly #shared: ConnectionShared;
  readonly #connections = new Set<Connection>();
  readonly #perUser = new Map<string, Set<Connection>>();
  readonly #perAddress = new Map<string, number>();
  readonly #paused = new Set<Connection>();
  readonly #offences = new Offences();
  #state: 'open' | 'draining' = 'open';

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { rooms, people, tokens, engine, wheel, log, limits } = options;
    this.#services = {
      rooms,
      people,
      tokens,
      wheel,
      isFull: (document) => engine.isFull(document),
      pause: (connection) => this.#pause(connection),
      introduce: (connection, user) => this.#introduce(connection, user),
      refused: (connection, error) => this.#refused(connection, error),
    };
    this.#shared = {
      wheel,
      turn: new FlushTurn(),
      log,
      limits,
      onEnd: (connection) => this.#ended(connection),
    };
  }

  /** Starts to listen to the engine and to changes of names. */
  start(): void {
    const { engine, people } = this.#options;
    engine.onNotices((notices) => notices.forEach((notice) => this.#hear(notice)));
    people.onRename((user) => this.#rename(user));
  }

  get size(): number {
    return this.#connections.size;
  }

  /** For the `upgrade` event of the HTTP server. */
  readonly upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', ignore);
    const decision = decideUpgrade(request, this.#options.originPolicy);
    const address = this.#options.addressOf(request);
    if (decision.kind === 'refused') {
      this.#options.log.info({ address, status: decision.status }, decision.sentence);
      refuseUpgrade(stream, decision);
    } else if (this.#state === 'draining') {
      refuseUpgrade(stream, {
        status: 503,
        sentence: 'The server restarts. Come back in a moment.',
      });
    } else if (
      address !== null &&
      (this.#perAddress.get(address) ?? 0) >= this.#options.limits.connectionsPerAddress
    ) {
      this.#options.log.warn({ address }, 'too many connections from one address');
      refuseUpgrade(stream, { status: 429, sentence: 'Too many connections from this address.' });
    } else {
      const sockets = decision.destination.kind === 'native' ? nativeSockets : stockSockets;
      sockets.handleUpgrade(request, stream, head, (socket) => {
        this.#accept(socket, {
          stream: stream as Socket,
          address,
          destination: decision.destination,
        });
      });
    }
  };

  /** Sends everybody away, each to come back at a moment of its own; what they sent before is still answered. */
  async drain(): Promise<void> {
    this.#state = 'draining';
    const spreadMs = Math.max(DRAIN_SPREAD_MS, (this.size / DRAIN_CONNECTIONS_PER_SECOND) * 1000);
    for (const connection of this.#connections)
      connection.goaway(Math.floor(Math.random() * spreadMs));
    if (this.size > 0) await sleep(DRAIN_FLUSH_MS);
    const closing = [...this.#connections];
    await Promise.all(closing.map((connection) => connection.restart()));
    for (const connection of closing) connection.terminate();
  }

  #accept(
    socket: GatewaySocket,
    {
      stream,
      address,
      destination,
    }: {
      readonly stream: Socket;
      readonly address: string | null;
      readonly destination: Destination;
    },
  ): void {
    const connection = new Connection({
      id: randomUUID(),
      address,
      socket,
      stream,
      shared: this.#shared,
    });
    own(socket, connection);
    this.#connections.add(connection);
    if (address !== null) this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    connection.start(this.#dialogue(connection, destination), HELLO_TIMEOUT_MS);
    this.#options.log.debug(
      { connection: connection.id, address, kind: destination.kind },
      'connected',
    );
  }

  #dialogue(connection: Connection, destination: Destination): Dialogue {
    const services = this.#services;
    if (destination.kind === 'stock') {
      const { document, token } = destination;
      return new StockDialogue({ connection, services, document, token });
    }
    const codec: Codec<Data> =
      destination.subprotocol === SUBPROTOCOL_BINARY ? binaryCodec : jsonCodec;
    return new NativeDialogue({ connection, codec, services });
  }

  #introduce(connection: Connection, user: User): ErrorBody | null {
    const waitMs = this.#offences.waitMs(senderOf(connection, user), performance.now());
    if (waitMs > 0) {
      return errorOf('too-many', {
        detail: 'Too many changes were refused. Your text is kept on this device; come back later.',
        retryAfterMs: Math.ceil(waitMs),
      });
    }
    let connections = this.#perUser.get(user.id);
    if (connections === undefined) {
      connections = new Set();
      this.#perUser.set(user.id, connections);
    }
    const { connectionsPerUser } = this.#options.limits;
    // Whoever has no name is counted by address only.
    if (connections.size >= connectionsPerUser && user.id !== ANONYMOUS.id) {
      return errorOf('too-many', {
        detail: `You have ${connectionsPerUser} connections open. Close some tabs.`,
        retryAfterMs: 30_000,
      });
    }
    connections.add(connection);
    connection.introduced(user);
    return null;
  }

  #refused(connection: Connection, error: ErrorBody): void {
    // The other refusals do not need a document to be built anew.
    if (error.code !== 'invalid-update' && error.code !== 'client-taken') return;
    const sender = senderOf(connection, connection.user);
    if (this.#offences.add(sender, performance.now()) === 'excess')
      connection.close('invalid-update', error);
  }

  #ended(connection: Connection): void {
    const { address, user } = connection;
    this.#connections.delete(connection);
    this.#paused.delete(connection);
    if (address !== null) {
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    }
    if (user !== null) {
      const connections = this.#perUser.get(user.id);
      connections?.delete(connection);
      if (connections?.size === 0) this.#perUser.delete(user.id);
    }
    this.#options.log.debug({ connection: connection.id, user: user?.id }, 'disconnected');
  }

  #rename(user: User): void {
    for (const connection of this.#perUser.get(user.id) ?? []) connection.user = user;
    this.#options.rooms.renameUser(user);
  }

  #pause(connection: Connection): void {
    if (this.#paused.has(connection)) return;
    this.#paused.add(connection);
    connection.pause();
  }

  #hear(notice: EngineNotice): void {
    const { log, rooms } = this.#options;
    switch (notice.kind) {
      case 'stalled':
        log.error(
          { shard: notice.shard, reason: notice.error.message },
          'nothing can be stored; it is tried again',
        );
        rooms.tell(notice.error);
        break;
      case 'resumed':
        log.info({ shard: notice.shard }, 'storing works again');
        break;
      case 'drained':
        for (const connection of this.#paused) connection.resume();
        this.#paused.clear();
        break;
      case 'incident':
        log.error({ document: notice.document, detail: notice.detail }, notice.what);
        break;
      default:
        rooms.hear(notice);
    }
  }
}

/** Whoever has no name is counted by address only. */
function senderOf({ address }: Connection, user: User | null): Sender {
  return { user: user === null || user.id === ANONYMOUS.id ? null : user.id, address };
}

function ignore(): void {}
