/** The measured servers, and how each is started. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientProtocolName } from '../load/swarm/protocols/index.ts';
import { MeasuredServer } from './measured-server.ts';
import type { TandemTarget } from './tandem-target.ts';

export interface RunningTarget extends AsyncDisposable {
  readonly clientProtocol: ClientProtocolName;
  readonly server: MeasuredServer;
  /**
   * Creates rooms and people in advance, outside of the measurement. @returns a token per person.
   */
  prepare(rooms: readonly string[], people: number): Promise<readonly string[]>;
}

export interface Target {
  readonly name: ClientProtocolName;
  readonly title: string;
  readonly settings: string;
  start(): Promise<RunningTarget>;
}

export const TARGET_NAMES = [
  'tandem',
  'ws-relay',
  'y-websocket',
  'hocuspocus',
  'socket-io',
] as const satisfies readonly ClientProtocolName[];

export function createTargets(
  tandem: TandemTarget,
  core: number | undefined,
): Record<ClientProtocolName, Target> {
  return {
    tandem: {
      name: 'tandem',
      title: 'Tandem',
      settings: 'as it is shipped, two engine workers, limits per person raised',
      start: () => tandem.start(),
    },
    'ws-relay': rival('ws-relay', {
      core,
      script: new URL('./rivals/ws-relay.mjs', import.meta.url),
      title: `ws ${versionOf('ws')}, a bare relay`,
      settings: 'no compression, no tracking, shared listeners; keeps and checks nothing',
    }),
    'y-websocket': rival('y-websocket', {
      core,
      script: new URL('./rivals/y-websocket.mjs', import.meta.url),
      title: `@y/websocket-server ${versionOf('@y/websocket-server')}`,
      settings: 'on the newest ws, no compression; in memory; a socket for each document',
    }),
    hocuspocus: rival('hocuspocus', {
      core,
      script: new URL('./rivals/hocuspocus.mjs', import.meta.url),
      title: `Hocuspocus ${versionOf('@hocuspocus/server')}`,
      settings: 'no compression, updates of a turn merged; in memory, no authentication hook',
    }),
    'socket-io': rival('socket-io', {
      core,
      script: new URL('./rivals/socket-io.mjs', import.meta.url),
      title: `Socket.IO ${versionOf('socket.io')}`,
      settings: 'WebSocket only, no compression, connection-state recovery, request dropped',
    }),
  };
}

function rival(
  name: Exclude<ClientProtocolName, 'tandem'>,
  {
    script,
    core,
    ...description
  }: Pick<Target, 'title' | 'settings'> & {
    readonly script: URL;
    readonly core: number | undefined;
  },
): Target {
  return {
    name,
    ...description,
    start: async () => {
      const server = await MeasuredServer.create({ script: fileURLToPath(script), core });
      return {
        clientProtocol: name,
        server,
        prepare: (_rooms, people) => Promise.resolve(Array<string>(people).fill('')),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  };
}

function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const manifest = folders
    .map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path));
  if (manifest === undefined) throw new Error(`${name} is not installed`);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}
