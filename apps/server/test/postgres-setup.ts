/** Starts the Postgres server of the tests with Postgres. */
import type { TestProject } from 'vitest/node';
import { PostgresServer } from '../src/storage/testing/postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of its socket. */
    readonly postgres: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await PostgresServer.start();
  project.provide('postgres', server.folder);
  return () => server[Symbol.asyncDispose]();
}
