/** The measured servers, and how each is started. */
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientProtocolName } from '../load/swarm/protocols/index.ts';
import { createDataFolder } from './data-folder.ts';
import { MeasuredServer } from './measured-server.ts';
import type { TandemTarget } from './tandem-target.ts';

export interface RunningTarget extends AsyncDisposable {
  readonly clientProtocol: ClientProtocolName;
  readonly server: MeasuredServer;
  /** How long the server collects changes before it writes them; 0 where it writes them at once. */
  readonly writesEverySeconds: number;
  /**
   * Creates rooms and people in advance, outside of the measurement. Several people may share an
   * account. @param accounts how many people must have their own. @returns a token per person.
   */
  prepare(rooms: readonly string[], people: number, accounts?: number): Promise<readonly string[]>;
}

export interface Target {
  readonly name: TargetName;
  readonly title: string;
  readonly settings: string;
  start(): Promise<RunningTarget>;
}

/** Rivals that write documents to a disk. */
export const PERSISTENT_RIVALS = [
  'y-websocket-leveldb',
  'hocuspocus-sqlite',
  'hocuspocus-sqlite-0',
] as const;

/** Each kind of server once; the rivals keep documents in memory. */
export const COMMON_TARGETS = [
  'tandem',
  'ws-relay',
  'y-websocket',
  'hocuspocus',
  'socket-io',
] as const;

/** Measured only where `BENCH_DATABASE` names a Postgres. */
export const TANDEM_ON_POSTGRES = 'tandem-postgres';

export const TARGET_NAMES = [...COMMON_TARGETS, ...PERSISTENT_RIVALS, TANDEM_ON_POSTGRES] as const;

export type TargetName = (typeof TARGET_NAMES)[number];

/** The longest time between two writes of Hocuspocus is 10 s, and begins with a change. */
const DEBOUNCED_WRITES_EVERY_SECONDS = 11;

export function createTargets({
  tandem,
  tandemOnPostgres,
  core,
}: {
  readonly tandem: TandemTarget;
  readonly tandemOnPostgres: TandemTarget | null;
  readonly core: number | undefined;
}): Record<TargetName, Target> {
  const yWebsocket = `@y/websocket-server ${versionOf('@y/websocket-server')}`;
  const hocuspocus = `Hocuspocus ${versionOf('@hocuspocus/server')}`;
  const hocuspocusSqlite = `${hocuspocus} with extension-database ${versionOf('@hocuspocus/extension-database')}`;
  return {
    tandem: {
      name: 'tandem',
      title: 'Tandem',
      settings:
        'as it is shipped, limits per person raised; writes each update before it delivers and acknowledges it',
      start: () => tandem.start(),
    },
    [TANDEM_ON_POSTGRES]: {
      name: TANDEM_ON_POSTGRES,
      title: 'Tandem on Postgres',
      settings:
        'as tandem, with `DATABASE_URL`; without the processor time and the bytes of Postgres itself',
      async start() {
        if (tandemOnPostgres === null) throw new Error('BENCH_DATABASE names no Postgres.');
        return await tandemOnPostgres.start();
      },
    },
    'ws-relay': rival('ws-relay', {
      core,
      script: new URL('./rivals/ws-relay.mjs', import.meta.url),
      clientProtocol: 'ws-relay',
      title: `ws ${versionOf('ws')}, a bare relay`,
      settings: 'no compression, no tracking, shared listeners; keeps and checks nothing',
    }),
    'y-websocket': rival('y-websocket', {
      core,
      script: new URL('./rivals/y-websocket.mjs', import.meta.url),
      clientProtocol: 'y-websocket',
      title: yWebsocket,
      settings: 'on the newest ws, no compression; in memory; a socket for each document',
    }),
    'y-websocket-leveldb': rival('y-websocket-leveldb', {
      core,
      script: new URL('./rivals/y-websocket-leveldb.mjs', import.meta.url),
      clientProtocol: 'y-websocket',
      title: `${yWebsocket} with y-leveldb ${versionOf('y-leveldb', '@y/websocket-server')}`,
      settings:
        'as y-websocket; puts each update into LevelDB after it has delivered it, and never waits for the disk',
    }),
    hocuspocus: rival('hocuspocus', {
      core,
      script: new URL('./rivals/hocuspocus.mjs', import.meta.url),
      clientProtocol: 'hocuspocus',
      title: hocuspocus,
      settings: 'no compression, updates of a turn merged; in memory, no authentication hook',
    }),
    'hocuspocus-sqlite': rival('hocuspocus-sqlite', {
      core,
      script: new URL('./rivals/hocuspocus-sqlite.mjs', import.meta.url),
      clientProtocol: 'hocuspocus',
      title: hocuspocusSqlite,
      settings:
        'as hocuspocus; writes the whole document to SQLite 2 s after the last change, at the latest after 10 s; delivers and acknowledges before',
      writesEverySeconds: DEBOUNCED_WRITES_EVERY_SECONDS,
    }),
    'hocuspocus-sqlite-0': rival('hocuspocus-sqlite-0', {
      core,
      script: new URL('./rivals/hocuspocus-sqlite.mjs', import.meta.url),
      clientProtocol: 'hocuspocus',
      title: hocuspocusSqlite,
      settings:
        'as hocuspocus-sqlite with `debounce: 0`: writes the whole document at each update; acknowledges before',
      env: { DEBOUNCE_MS: '0' },
    }),
    'socket-io': rival('socket-io', {
      core,
      script: new URL('./rivals/socket-io.mjs', import.meta.url),
      clientProtocol: 'socket-io',
      title: `Socket.IO ${versionOf('socket.io')}`,
      settings: 'WebSocket only, no compression, connection-state recovery, request dropped',
    }),
  };
}

interface RivalOptions extends Pick<Target, 'title' | 'settings'> {
  readonly core: number | undefined;
  readonly clientProtocol: ClientProtocolName;
  readonly script: URL;
  readonly env?: Readonly<Record<string, string>>;
  readonly writesEverySeconds?: number;
}

function rival(
  name: TargetName,
  { title, settings, core, clientProtocol, script, ...options }: RivalOptions,
): Target {
  const { env = {}, writesEverySeconds = 0 } = options;
  return {
    name,
    title,
    settings,
    start: async () => {
      const data = await createDataFolder();
      const server = await MeasuredServer.create({
        script: fileURLToPath(script),
        env: { ...env, DATA_DIR: data },
        core,
      });
      return {
        clientProtocol,
        server,
        writesEverySeconds,
        prepare: (_rooms, people) => Promise.resolve(Array<string>(people).fill('')),
        [Symbol.asyncDispose]: async () => {
          await server[Symbol.asyncDispose]();
          await rm(data, { recursive: true, force: true });
        },
      };
    },
  };
}

/** @param dependent the package that depends on it, if that is not this one. */
function versionOf(name: string, dependent?: string): string {
  const own = createRequire(import.meta.url);
  const require =
    dependent === undefined ? own : createRequire(own.resolve(`${dependent}/package.json`));
  const folders = require.resolve.paths(name) ?? [];
  const manifest = folders
    .map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path));
  if (manifest === undefined) throw new Error(`${name} is not installed`);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}
