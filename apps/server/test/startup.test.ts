/** The server starts with nothing set, and says in a sentence why it cannot. */
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunningServer, runToEnd, temporaryFolder } from './running-server.ts';
import { signIn } from './signed-in.ts';

describe('a start', () => {
  it('makes its folder and a secret for its owner only, and keeps it', async () => {
    const dataDir = join(await temporaryFolder(), 'new', 'data');
    const first = await RunningServer.start({ DATA_DIR: dataDir });
    const secret = await readFile(join(dataDir, 'secret'), 'utf8');
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect((await stat(join(dataDir, 'secret'))).mode & 0o777).toBe(0o600);
    const guest = await signIn(first);
    await first.kill('SIGTERM');
    const second = await first.restart();
    const answer = await fetch(`${second.url}/api/session`, {
      method: 'POST',
      headers: { Cookie: guest.cookie },
    });
    expect(await answer.json()).toMatchObject({ user: guest.user });
    expect(await readFile(join(dataDir, 'secret'), 'utf8')).toBe(secret);
  });

  it('never logs a token or a cookie', async () => {
    const server = await RunningServer.start({ LOG_LEVEL: 'trace' });
    const { token, cookie } = await signIn(server);
    await fetch(`${server.url}/api/documents`, { headers: { Cookie: cookie } });
    expect(server.output).not.toContain(token);
    expect(server.output).not.toContain(cookie.split('=')[1]);
  });
});

describe('a start ends with code 1 and a sentence', () => {
  it('when settings do not fit, for all of them at once', async () => {
    const { code, output } = await runToEnd({
      PORT: 'http',
      ENGINE_WORKERS: 'many',
      DATA_DIR: '/dev/null',
    });
    expect(code).toBe(1);
    expect(output).toBe(
      'Tandem cannot start.\nPORT is "http"; it must be a whole number from 0 to 65535.\nENGINE_WORKERS is "many"; it must be a whole number from 1 to 64.\n',
    );
  });

  it('when the port is in use', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, output } = await runToEnd({
      PORT: String(port),
      DATA_DIR: await temporaryFolder(),
    });
    expect(code).toBe(1);
    expect(output).toContain(
      `Port ${port} is in use by another program. Stop that program, or set PORT to another number.`,
    );
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('when HOST is not an address of this machine', async () => {
    const { code, output } = await runToEnd({
      HOST: '192.0.2.1',
      DATA_DIR: await temporaryFolder(),
    });
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('HOST is "192.0.2.1", which is not an address of this machine.'),
    ]);
  });

  it('when DATA_DIR cannot be a folder', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'not a folder');
    const { code, output } = await runToEnd({ DATA_DIR: file });
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(
        `DATA_DIR is "${file}", which is not a folder that may be written to.`,
      ),
    ]);
  });

  it('when the database file is not one, and leaves that as it is', async () => {
    const dataDir = await temporaryFolder();
    const path = join(dataDir, 'tandem.db');
    const content = 'this is not a database\n'.repeat(1_000);
    await writeFile(path, content);
    const { code, output } = await runToEnd({ DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(output).toContain(
      'The database file is damaged or is not a SQLite database. It was not touched.',
    );
    expect(output).not.toMatch(/^\s+at /m);
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('when the secret is empty', async () => {
    const dataDir = await temporaryFolder();
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'secret'), '\n');
    const { code, output } = await runToEnd({ DATA_DIR: dataDir });
    expect([code, output]).toEqual([1, expect.stringContaining('holds no secret.')]);
  });
});
