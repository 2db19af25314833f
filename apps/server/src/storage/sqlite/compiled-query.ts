/**
 * Queries that are built once and run with other values each time: to build one takes longer than to run it.
 * Each dialect gets its own words.
 */
import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely';
import type { Database } from '../tables.ts';

/** Stands in a built query where a value comes. */
class Place {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/**
 * @param build is called with stand-ins for the values, which it may only pass on; it names each in its head.
 * @returns runs the query on a database, or in a transaction. @throws DatabaseError
 */
export function compiledQuery<V extends readonly unknown[], R>(
  build: (db: Database, ...values: V) => Compilable<R>,
): (db: Database, ...values: V) => Promise<readonly R[]> {
  const built = new WeakMap<DialectAdapter, CompiledQuery<R>>();
  const places = Array.from({ length: build.length - 1 }, (_, index) => new Place(index));
  return async (db, ...values) => {
    const { adapter } = db.getExecutor();
    let query = built.get(adapter);
    if (query === undefined) {
      query = build(db, ...(places as readonly unknown[] as V)).compile();
      built.set(adapter, query);
    }
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.index] : parameter,
    );
    const { rows } = await db.executeQuery<R>({ ...query, parameters });
    return rows;
  };
}
