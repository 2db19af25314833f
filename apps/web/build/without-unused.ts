import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

/**
 * Leaves out parts of libraries that the application never calls and that a bundler cannot leave out by itself,
 * because code that is called refers to them.
 */

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
      if (!TOPIC.test(id)) return null;
      return (await readFile(id, 'utf8')).replace(SUMMARY, "summary: '',");
    },
  };
}
