/** The entry point: starts the server, and stops it without losing data. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBus } from './cluster/create-bus.ts';
import { mayCreate } from './commands/handlers/documents.ts';
import { WorkerCommandRunner } from './commands/worker-command-runner.ts';
import { readConfiguration, type Configuration } from './configuration/configuration.ts';
import { DataDirectory } from './storage/data-directory.ts';
import { filesIn, prepareDataFolder, PRIVATE_UMASK } from './storage/data-folder.ts';
import {
  openPostgresStorage,
  openSqliteStorage,
  type ServerStorage,
} from './storage/server-storage.ts';
import { openClusterStorage, openJobStore, openObjects, openSearch } from './storage/storage.ts';
import type { ObjectStore } from './storage/objects/object-store.ts';
import { StorageError } from './storage/storage-error.ts';
import { createWorkerEngine } from './engine/worker-engine.ts';
import { openHistories } from './history/histories.ts';
import { HttpListener } from './http/http-listener.ts';
import { createSecurityHeaders } from './http/security-headers.ts';
import { StaticFiles } from './http/static-files.ts';
import { readTlsCertificate, type TlsCertificate } from './http/tls-certificate.ts';
import { TlsReload } from './http/tls-reload.ts';
import { DRAIN } from './limits.ts';
import { findDocument } from './storage/documents.ts';
import { systemClock } from './runtime/clock.ts';
import { createLog, type Log } from './runtime/log.ts';
import { OtlpSpans } from './metrics/otlp-spans.ts';
import { startServer } from './server.ts';
import { loadSecrets } from './accounts/secret.ts';
import { StartupError } from './runtime/startup-error.ts';

/** Resolves to the same folder from the source and from the bundle. */
const BUILT_WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));

async function main(): Promise<void> {
  // The first process of a container is not ended by signals without a listener.
  let stop: () => Promise<void> = async () => process.exit(0);
  const stopOnce = once(() => stop());
  process.on('SIGTERM', stopOnce);
  process.on('SIGINT', stopOnce);

  const configuration = readConfiguration(process.env);
  process.umask(PRIVATE_UMASK);
  const log = await createLog({
    format: configuration.mode === 'development' ? 'readable' : 'json',
    level: configuration.logLevel,
  });
  const files = await loadFiles(configuration, log);
  const securityHeaders = createSecurityHeaders(configuration);
  const { port, host, trustedProxies } = configuration;
  const certificate = await loadCertificate(configuration);
  const listener = await HttpListener.listen({
    port,
    host,
    headers: securityHeaders,
    trustedProxies,
    certificate,
  });
  const tlsReload = watchCertificate({ configuration, certificate, listener, log });
  const opened = await openStorage(configuration, log);
  const { secrets, db, search, engine, histories, runner, jobs, cluster, bus } = opened;
  const objects = await openFiles(configuration, log);
  const spans =
    configuration.traces === null
      ? null
      : new OtlpSpans({ ...configuration.traces, clock: systemClock, log });
  const server = await startServer({
    configuration,
    secrets,
    listener,
    files,
    securityHeaders,
    db,
    search,
    engine,
    histories,
    runner,
    jobs,
    objects,
    cluster,
    bus,
    spans,
    log,
  });
  stop = async () => {
    log.info('stopping');
    tlsReload?.[Symbol.dispose]();
    setTimeout(() => process.exit(1), configuration.drainDelayMs + DRAIN.timeoutMs).unref();
    await server[Symbol.asyncDispose]();
    await runner[Symbol.asyncDispose]();
    for (const each of Object.values(histories)) await each[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
    await search[Symbol.asyncDispose]();
    await db.destroy();
    await spans?.[Symbol.asyncDispose]();
    opened.close();
    log.info('stopped');
    process.exit(0);
  };
  crashOnUnhandledError(log);
  // Last: a process that waits for this line may stop the server right after it.
  const { port: listening } = listener.address;
  log.info(
    { ...opened.place, port: listening },
    `Tandem is ready: ${addressOf(configuration, listening)}`,
  );
}

/** @throws StartupError or StorageError */
async function openStorage(configuration: Configuration, log: Log) {
  const { databaseUrl } = configuration;
  const options = { clock: systemClock, log };
  if (databaseUrl !== null) {
    const parts = await startStorage(await openPostgresStorage(databaseUrl.href, options), {
      configuration,
      log,
    });
    return { ...parts, place: { database: withoutPassword(databaseUrl) }, close() {} };
  }
  const dataDir = await prepareDataFolder(configuration.dataDir);
  // Locked until the process ends.
  const directory = await DataDirectory.open(dataDir, options);
  try {
    const parts = await startStorage(await openSqliteStorage(directory, options), {
      configuration,
      log,
      dataDir,
    });
    return { ...parts, place: { dataDir }, close: () => directory.close() };
  } catch (error) {
    // Removes a half-created database.
    directory.discardUnfinished();
    throw error;
  }
}

async function startStorage(
  storage: ServerStorage,
  {
    configuration: {
      authSecrets,
      auditDays,
      directory,
      engineWorkers,
      allowsPublicPages,
      mail,
      redisUrl,
    },
    log,
    dataDir,
  }: { readonly configuration: Configuration; readonly log: Log; readonly dataDir?: string },
) {
  const { description, db, secret } = storage;
  const secrets =
    authSecrets ?? (secret === null ? await loadSecrets(dataDir as string) : ([secret] as const));
  const cluster = openClusterStorage(description);
  const bus =
    cluster === null || storage.cluster === null
      ? null
      : createBus({
          redisUrl,
          cluster: storage.cluster,
          storage: cluster,
          clock: systemClock,
          log,
        });
  const engine = await createWorkerEngine({
    storage: description,
    isShared: cluster !== null,
    workers: engineWorkers,
  });
  const runner = new WorkerCommandRunner({
    storage: description,
    engine,
    log,
    isAudited: auditDays > 0,
    allowsPublicPages,
    directory,
    sendsMail: mail !== null,
    mayCreate: (user, input) => mayCreate(db, user, input),
    isDocument: async (document) => (await findDocument(db, document)) !== undefined,
  });
  await runner.start();
  storage.confirm();
  const jobs = openJobStore(description, db, systemClock);
  const search = openSearch(description, db);
  const histories = openHistories(description, log);
  return { secrets, db, search, engine, histories, runner, jobs, cluster, bus };
}

/** Null: this server takes no files. @throws StorageError */
async function openFiles(
  { filesPlace, databaseUrl, dataDir }: Configuration,
  log: Log,
): Promise<ObjectStore | null> {
  if (filesPlace !== null) return await openObjects(filesPlace);
  if (databaseUrl === null) return await openObjects(filesIn(dataDir));
  log.warn(
    'Uploads of files are off: several servers may use the database, and none knows a folder that all of them share. Set FILES_URL to such a folder, or to a bucket.',
  );
  return null;
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

/**
 * Loads the web application, if it is built.
 *
 * @throws StartupError when `WEB_DIR` holds none.
 */
async function loadFiles({ webDir, mode }: Configuration, log: Log): Promise<StaticFiles> {
  const folder = resolve(webDir ?? BUILT_WEB);
  const files = await StaticFiles.load(folder);
  if (files.hasPage) return files;
  if (webDir !== null)
    throw new StartupError(
      `WEB_DIR is "${webDir}", which holds no built web application: ${folder}/index.html is missing.`,
    );
  if (mode === 'production')
    log.warn(`The web application is not built, so only programs find something here: ${folder}`);
  return files;
}

/** @throws StartupError where the files cannot be used. */
async function loadCertificate({ tls }: Configuration): Promise<TlsCertificate | null> {
  if (tls === null) return null;
  const reading = await readTlsCertificate(tls, systemClock.now());
  if (reading.kind === 'problem') throw new StartupError(reading.sentence);
  return reading;
}

function watchCertificate({
  configuration: { tls },
  certificate,
  listener,
  log,
}: {
  readonly configuration: Configuration;
  readonly certificate: TlsCertificate | null;
  readonly listener: HttpListener;
  readonly log: Log;
}): TlsReload | null {
  if (tls === null || certificate === null) return null;
  const reload = new TlsReload({
    files: tls,
    current: certificate,
    replace: (next) => listener.replaceCertificate(next),
    clock: systemClock,
    log,
  });
  reload.start();
  return reload;
}

function addressOf({ publicUrl, host, tls }: Configuration, port: number): string {
  return (
    publicUrl?.href ??
    `${tls === null ? 'http' : 'https'}://${host === null || host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`
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

/** An unhandled error is a bug, after which the state is unknown. Saved data is on disk, and clients reconnect. */
function crashOnUnhandledError(log: Log): void {
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'crashing on unhandled error');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

try {
  await main();
} catch (error) {
  const known = error instanceof StartupError || error instanceof StorageError;
  process.stderr.write(`Tandem cannot start.\n${known ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
