import { Plugin } from '@tiptap/pm/state';

import { LONG_DOCUMENT_BLOCKS } from './limits.ts';
import { countBlocks } from './sections.ts';

/** Marks the editor as long, so that CSS lets the browser skip off-screen blocks. */
export function longDocument(): Plugin {
  return new Plugin({
    props: {
      attributes: ({ doc }): Record<string, string> =>
        countBlocks(doc) > LONG_DOCUMENT_BLOCKS ? { class: 'long' } : {},
    },
  });
}
