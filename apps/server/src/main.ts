/** Starts the server, and ends it with all that people sent on disk. */
import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkerRunner } from './commands/worker-runner.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { DataDirectory } from './data-directory.ts';
import { DatabaseError } from './database/database-error.ts';
import { openDatabase } from './database/database.ts';
import { WorkerExecutor } from './database/worker-executor.ts';
import { createWorkerEngine } from './engine/worker-engine.ts';
import { DRAIN_TIMEOUT_MS } from './limits.ts';
import { createLog, type Log } from './log.ts';
import { OtlpSpans } from './metrics/otlp-spans.ts';
import { startServer } from './server.ts';
import { loadSecrets } from './sessions/secret.ts';
import { StartupProblem } from './startup-problem.ts';

/** The same from the source and from the bundle. */
const BUILT_WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const log = await createLog(configuration);
  const dataDir = await prepareDataDir(configuration.dataDir);
  // Held until the process ends, whatever ends it.
  const directory = DataDirectory.open(dataDir, log);
  const path = directory.database;
  const secrets = await loadSecrets({ authSecrets: configuration.authSecrets, dataDir });

  const db = await openDatabase(
    new WorkerExecutor({ path, workerUrl: new URL('./database-worker.js', import.meta.url) }),
  );
  const engine = await createWorkerEngine({ path, workers: configuration.engineWorkers });
  const runner = new WorkerRunner({ path, engine, log });
  await runner.start();
  directory.noteStart();
  const webDir = resolve(configuration.webDir ?? BUILT_WEB);
  const spans =
    configuration.traces === null ? null : new OtlpSpans({ ...configuration.traces, log });
  const server = await startServer({
    configuration,
    secrets,
    webDir,
    db,
    engine,
    runner,
    spans,
    log,
  });
  const stop = once(async () => {
    log.info('stopping');
    setTimeout(() => process.exit(1), DRAIN_TIMEOUT_MS).unref();
    await server[Symbol.asyncDispose]();
    await runner[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
    await db.destroy();
    await spans?.[Symbol.asyncDispose]();
    directory.close();
    log.info('stopped');
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  dieOfOwnFaults(log);
  // A process that waits for this line may stop the server right after it.
  log.info({ dataDir }, `Tandem is ready: ${addressOf(configuration, server.port)}`);
}

/** @throws StartupProblem */
async function prepareDataDir(path: string): Promise<string> {
  const dataDir = resolve(path);
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
    return dataDir;
  } catch (error) {
    throw new StartupProblem(
      `DATA_DIR is "${path}", which is not a folder that may be written to.`,
      { cause: error },
    );
  }
}

function addressOf({ publicUrl, host }: Configuration, port: number): string {
  return (
    publicUrl?.href ??
    `http://${host === null || host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`
  );
}

function once(run: () => Promise<void>): () => void {
  let started = false;
  return () => {
    if (started) return;
    started = true;
    void run();
  };
}

/** What reaches these is a fault of the server. It ends; what was called saved is on disk, and pages come back by themselves. */
function dieOfOwnFaults(log: Log): void {
  const die = (error: unknown): void => {
    log.fatal({ err: error }, 'the server ends because of a fault of its own');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}

try {
  await main();
} catch (error) {
  const known = error instanceof StartupProblem || error instanceof DatabaseError;
  process.stderr.write(`Tandem cannot start.\n${known ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
