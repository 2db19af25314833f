import type { Plugin } from 'vite';

/**
 * Takes one line out of @tiptap/y-tiptap (3.0.6 to 3.0.9): on every remote change it forgot which node shows which
 * shared type, so the whole page was built anew, six times the work at 3,000 blocks, and a reader's view jumped.
 * Fails the build when the line is not where it was: then look at what the new release does, and measure again.
 * The development server and Vitest take packages as they are unless told otherwise; the plugin tells them.
 */
export function keepMapping(): Plugin {
  let applied = false;
  return {
    name: 'y-tiptap-keep-mapping',
    enforce: 'pre',
    config: () => ({
      optimizeDeps: { exclude: ['@tiptap/y-tiptap'] },
      test: { server: { deps: { inline: ['@tiptap/y-tiptap'] } } },
    }),
    transform(code, id) {
      if (!isYTiptap(id)) return null;
      applied = true;
      return { code: withoutClear(code), map: null };
    },
    buildEnd(error) {
      if (!error && !applied && this.meta.watchMode === false)
        throw new Error('y-tiptap-keep-mapping: @tiptap/y-tiptap was not in the build');
    },
  };
}

const CLEAR =
  /^ *\/\/ Rebuild the full Y↔PM mapping[^\n]*\n(?: *\/\/[^\n]*\n)* *this\.mapping\.clear\(\);\n/gm;

/** The module without the line. Throws unless it is there exactly once. */
export function withoutClear(code: string): string {
  const found = code.match(CLEAR)?.length ?? 0;
  if (found !== 1)
    throw new Error(`y-tiptap-keep-mapping no longer applies: the line was found ${found} times`);
  return code.replace(CLEAR, '');
}

function isYTiptap(id: string): boolean {
  return /[\\/]@tiptap[\\/]y-tiptap[\\/]dist[\\/]y-tiptap\.js(?:\?|$)/.test(id);
}
