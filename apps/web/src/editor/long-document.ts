import { Plugin } from '@tiptap/pm/state';

import { LONG_DOCUMENT_BLOCKS } from './limits.ts';
import { countBlocks } from './sections.ts';

/** Marks the editor as long, for CSS to spare the browser the blocks that are off screen. */
export function longDocument(): Plugin {
  return new Plugin({
    props: {
      attributes: ({ doc }): Record<string, string> =>
        countBlocks(doc) > LONG_DOCUMENT_BLOCKS ? { class: 'long' } : {},
    },
  });
}
