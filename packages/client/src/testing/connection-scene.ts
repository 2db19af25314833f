/** A connection whose sockets, tokens and time a test controls. */
import { Connection } from '../connection/connection.ts';
import type { Reachability, TokenAnswer } from '../connection/http-session.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { FakeSocket } from './fake-socket.ts';

interface ConnectionScene {
  readonly environment: FakeEnvironment;
  readonly connection: Connection;
  readonly sockets: FakeSocket[];
  readonly tokens: { fresh: boolean }[];
  readonly answers: { token: TokenAnswer; reachable: Reachability };
  latest(): FakeSocket;
  settle(ms?: number): Promise<void>;
}

export function scene(): ConnectionScene {
  const environment = new FakeEnvironment();
  const sockets: FakeSocket[] = [];
  const tokens: { fresh: boolean }[] = [];
  const answers: ConnectionScene['answers'] = {
    token: { kind: 'token', token: 't' },
    reachable: 'reachable',
  };
  const connection = new Connection({
    environment,
    schema: 1,
    socket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    token: async (options) => {
      tokens.push(options);
      return answers.token;
    },
    reachable: async () => answers.reachable,
  });
  return {
    environment,
    connection,
    sockets,
    tokens,
    answers,
    latest: () => sockets.at(-1) as FakeSocket,
    settle: (ms = 0) => environment.clock.advanceAsync(ms),
  };
}

export async function connected(): Promise<ConnectionScene> {
  const s = scene();
  s.connection.start();
  await s.settle();
  s.latest().open();
  s.latest().welcome();
  return s;
}
