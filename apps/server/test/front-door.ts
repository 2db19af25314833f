/** The files of `deploy/` for reverse proxies, in the real programs: on ports, in folders and with servers of a test. */
import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { selfSigned } from '../src/http/testing/self-signed.ts';
import { freePort, startProgram } from './programs.ts';
import { temporaryFolder } from './running-server.ts';

const DEPLOY = new URL('../../../deploy/', import.meta.url).pathname;
const execute = promisify(execFile);

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly plainPort: number;
  /** Ports of servers. */
  readonly nodes: readonly number[];
}

export interface FrontDoor {
  readonly name: 'nginx' | 'haproxy' | 'caddy';
  readonly package: string;
  readonly main: string;
  /** Checks a file without running it. */
  readonly check: (file: string, folder: string) => readonly string[];
  readonly run: (file: string, folder: string) => readonly string[];
  readonly adapt: (text: string, place: Place) => string;
  readonly adaptNodes?: { readonly file: string; readonly text: (place: Place) => string };
}

const NODES = '10.0.0.11:3000 10.0.0.12:3000 10.0.0.13:3000';
const addressesOf = ({ nodes }: Place) => nodes.map((node) => `127.0.0.1:${node}`);

export const FRONT_DOORS: readonly FrontDoor[] = [
  {
    name: 'nginx',
    package: 'nginx',
    main: 'nginx.conf',
    check: (file, folder) => ['-t', '-c', file, '-e', 'stderr', '-g', `pid ${folder}/pid;`],
    run: (file, folder) => [
      ...['-c', file, '-p', folder, '-e', 'stderr'],
      ...['-g', `daemon off; pid ${folder}/pid;`],
    ],
    adapt: (text, { folder, port, plainPort }) =>
      text
        .replace(
          'http {',
          `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
            .map((name) => `  ${name}_temp_path ${folder}/${name};\n`)
            .join('')}`,
        )
        .replaceAll(/ *listen \[::\].*\n/g, '')
        .replace('listen 80;', `listen ${plainPort};`)
        .replace('listen 443 ', `listen ${port} `)
        .replace('worker_rlimit_nofile 200000;\n', '')
        .replace('worker_connections 65536;', 'worker_connections 1024;'),
    adaptNodes: {
      file: 'tandem-nodes.conf',
      text: (place) =>
        addressesOf(place)
          .map((address) => `server ${address} max_fails=3 fail_timeout=10s;\n`)
          .join(''),
    },
  },
  {
    name: 'haproxy',
    package: 'haproxy',
    main: 'haproxy.cfg',
    check: (file) => ['-c', '-f', file],
    run: (file) => ['-f', file, '-db'],
    adapt: (text, place) =>
      text
        .replace('maxconn 100000', 'maxconn 1000')
        .replace('bind :80', `bind :${place.plainPort}`)
        .replace('bind :443 ', `bind :${place.port} `)
        .replace(
          /( *server node-.*\n)+/,
          addressesOf(place)
            .map((address, at) => `  server node-${at + 1} ${address}\n`)
            .join(''),
        ),
  },
  {
    name: 'caddy',
    package: 'caddy',
    main: 'Caddyfile',
    check: (file) => ['validate', '--adapter', 'caddyfile', '--config', file],
    run: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    adapt: (text, place) =>
      `{\n\tadmin off\n\thttp_port ${place.plainPort}\n\thttps_port ${place.port}\n}\n${text}`
        .replace('\ndocs.example.org {', '\nlocalhost {\n\ttls tls/fullchain.pem tls/privkey.pem')
        .replaceAll('tls/', `${place.folder}/tls/`)
        .replace(NODES, addressesOf(place).join(' ')),
  },
];

export async function checkUnchanged(door: FrontDoor, program: string): Promise<string> {
  const folder = await copyOf(door);
  const { stdout, stderr } = await execute(program, door.check(join(folder, door.main), folder), {
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  return stdout + stderr;
}

export interface RunningFrontDoor {
  readonly url: string;
  readonly socketUrl: string;
  readonly port: number;
  readonly plainPort: number;
}

/** @param change edits the adapted file further. */
export async function runFrontDoor(
  door: FrontDoor,
  options: {
    readonly program: string;
    readonly nodes: readonly number[];
    readonly change?: (text: string) => string;
  },
): Promise<RunningFrontDoor> {
  const { program, nodes, change = (text) => text } = options;
  const folder = await copyOf(door);
  const place = { folder, port: await freePort(), plainPort: await freePort(), nodes };
  const file = join(folder, door.main);
  await writeFile(file, change(door.adapt(await readFile(file, 'utf8'), place)));
  if (door.adaptNodes !== undefined)
    await writeFile(join(folder, door.adaptNodes.file), door.adaptNodes.text(place));
  await startProgram([program, ...door.run(file, folder)], place);
  const { port, plainPort } = place;
  return {
    url: `https://localhost:${port}`,
    socketUrl: `wss://localhost:${port}`,
    port,
    plainPort,
  };
}

/** With a certificate at the place that the file names. */
async function copyOf({ name }: FrontDoor): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(DEPLOY, name), folder, { recursive: true });
  const tls = join(folder, 'tls');
  const { certificate, key } = await selfSigned(await temporaryFolder());
  await cp(certificate, join(tls, 'fullchain.pem'));
  await cp(key, join(tls, 'privkey.pem'));
  const both = (await readFile(certificate, 'utf8')) + (await readFile(key, 'utf8'));
  await writeFile(join(tls, 'tandem.pem'), both);
  return folder;
}
