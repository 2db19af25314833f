import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

/**
 * Leaves out parts of libraries that the application never calls and that a bundler cannot leave out by itself,
 * because code that is called refers to them.
 */

/** Schemas describe themselves as JSON Schema only on the server. Whatever is called all the same throws. */
const JSON_SCHEMA = /\/zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/u;

/** Only the sentences that schemas bring themselves are shown to people. */
const ENGLISH = /\/zod\/v4\/locales\/en\.js$/u;
const NO_SENTENCES = `export default () => ({ localeError: () => 'does not fit' });`;

/** Yjs prints warnings in colours, for which it brings a library for the DOM. */
const COLOURED_LOG = /\/lib0\/logging\.js$/u;
const PLAIN_LOG = `
  export const print = (...words) => console.log(...words.filter((word) => word !== null));
  export const warn = (...words) => console.warn(...words);
  export const [ORANGE, BOLD, UNBOLD, RED] = [null, null, null, null];
`;

/** Commands say what they do in the description of the wire only. */
const TOPIC = /\/protocol\/src\/topics\/[a-z]+\.ts$/u;
const SUMMARY = /\bsummary:\s*(?:'[^'\n]*'|"[^"\n]*"),/gu;

export function withoutUnused(): Plugin {
  return {
    name: 'without-unused',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (COLOURED_LOG.test(id)) return PLAIN_LOG;
      if (ENGLISH.test(id)) return NO_SENTENCES;
      if (TOPIC.test(id)) return (await readFile(id, 'utf8')).replace(SUMMARY, "summary: '',");
      return JSON_SCHEMA.test(id) ? withoutBodies(await readFile(id, 'utf8')) : null;
    },
  };
}

/** Schemas call the two creators of methods themselves when they are made. */
function withoutBodies(code: string): string {
  const names = [...code.matchAll(/^export (?:function|const) (\w+)/gmu)].map(
    ([, name = '']) => name,
  );
  return names
    .map((name) =>
      /^create.*Method$/u.test(name)
        ? `export const ${name} = () => left;`
        : `export const ${name} = left;`,
    )
    .join('\n')
    .concat("\nfunction left() { throw new Error('JSON Schema is left out of the application'); }");
}
