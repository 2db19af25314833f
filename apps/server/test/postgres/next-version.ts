/**
 * The version after this one, as a build: the same source with additions that a release may make. Nothing has to be
 * released to try two versions beside each other, and this source is the older of both.
 */
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'rolldown';
import configuration from '../../rolldown.config.mjs';

const SOURCE = resolve(import.meta.dirname, '../../src');

export const NEXT_MIGRATION = '0999-weights';

interface Addition {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const ADDITIONS: readonly Addition[] = [
  {
    file: 'storage/migrations.ts',
    before: `up: (db) => createSchema(db, kind, clock) }`,
    after: `up: (db) => createSchema(db, kind, clock) },
      { name: '${NEXT_MIGRATION}', needs: '0001-schema', async up(db) {
        await db.schema.createTable('weight').addColumn('id', 'text').execute();
        await db.schema.alterTable('message')
          .addColumn('grams', 'bigint', (column) => column.notNull().defaultTo(7)).execute();
      } }`,
  },
  {
    file: 'commands/handlers/chat.ts',
    before: `    publish(chatKey(document), { name: 'chat:sent', message });`,
    after: `    publish(chatKey(document), { name: 'chat:weighed', grams: 7 });
    publish(chatKey(document), {
      name: 'chat:sent',
      unit: 'gram',
      message: { grams: 7, ...message },
    });`,
  },
  {
    file: 'commands/handlers/chat.ts',
    before: `effects: [{ kind: 'chat', document, head, isImported }]`,
    after: `effects: [{ kind: 'weighed', document }, { kind: 'chat', document, head, isImported, grams: 7 }]`,
  },
  {
    file: 'cluster/room-exchange.ts',
    before: `    if (this.#publish(document, { kind: 'people', members }) !== 'too-large') return;`,
    after: `    this.#publish(document, { kind: 'weights', grams: [7] });
      for (const member of members) member.grams = 7;
      if (this.#publish(document, { kind: 'people', members, unit: 'gram' }) !== 'too-large') return;`,
  },
];

/** @returns the folder of its bundle. */
export async function buildNextVersion(): Promise<string> {
  const dir = resolve(SOURCE, '../.cache/next-version');
  const missing = new Set(ADDITIONS);
  const addition: Plugin = {
    name: 'additions',
    transform: {
      order: 'pre',
      handler(code, id) {
        let added = code;
        for (const one of ADDITIONS) {
          if (relative(SOURCE, id) !== join(one.file) || !added.includes(one.before)) continue;
          added = added.replace(one.before, one.after);
          missing.delete(one);
        }
        return added === code ? null : added;
      },
    },
  };
  const options = { ...configuration, plugins: [addition] };
  await build({ ...options, output: { ...configuration.output, sourcemap: false, dir } });
  for (const { file, before } of missing) throw new Error(`${file} has no longer: ${before}`);
  return dir;
}
