import { expect, test } from 'vitest';

import { splitBlock } from './block-commands.ts';
import { schema, sharedPage, text } from './headless-page.ts';
import { blockWith, deleteBlock, endOf, pasteAt, press } from './simulation/page-edits.ts';
import { outline } from './simulation/page-outline.ts';

test('text of several formats, pasted in one go where formatted text was cut, stays in one piece', () => {
  const { pages, sync } = sharedPage([text('alpha'), text('bravo charlie')], 2);
  const [a, b] = [pages[0]!, pages[1]!];
  a.view.select('bravo', 0, 5);
  press(a.view, 'Mod-b');
  sync();
  deleteBlock(a.view, blockWith(a.view.state.doc, 'bravo'));
  const pasted = schema.node('textBlock', null, [
    schema.text('delta', [schema.mark('bold')]),
    schema.text(' echo'),
  ]);
  pasteAt(a.view, pasted, endOf(blockWith(a.view.state.doc, 'alpha')));
  b.view.select('bravo', 2);
  b.view.run(splitBlock);
  sync();
  for (const { view } of pages) expect(outline(view.state.doc)).toBe('alpha / *delta* echo / ∅');
});
