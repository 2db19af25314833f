/** Queries that Kysely compiles once for each dialect, because compiling one takes longer than running it. */
import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely';
import type { Database } from './tables.ts';

class Placeholder {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/**
 * @param build receives placeholders, which it may only pass to Kysely; it must declare each parameter.
 * @returns a function that runs the query on a database or in a transaction. @throws StorageError
 */
export function compiledQuery<V extends readonly unknown[], R>(
  build: (db: Database, ...values: V) => Compilable<R>,
): (db: Database, ...values: V) => Promise<readonly R[]> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<R>>();
  const placeholders = Array.from(
    { length: build.length - 1 },
    (_, index) => new Placeholder(index),
  );
  return async (db, ...values) => {
    const { adapter } = db.getExecutor();
    let query = compiled.get(adapter);
    if (query === undefined) {
      query = build(db, ...(placeholders as readonly unknown[] as V)).compile();
      compiled.set(adapter, query);
    }
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.index] : parameter,
    );
    const { rows } = await db.executeQuery<R>({ ...query, parameters });
    return rows;
  };
}
