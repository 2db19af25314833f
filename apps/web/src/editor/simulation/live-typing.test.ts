/**
 * B types character by character while A, some ticks of latency away, changes the structure at B's
 * caret.
 */
import './environment.ts';

import { describe, test } from 'vitest';
import * as Y from 'yjs';

import { type Page, sharedPage } from '../headless-page.ts';
import { pause, repeatable } from './environment.ts';
import { EDITS, THREE_PARAGRAPHS } from './fixtures/pairs.ts';
import { checkPage, shownPage } from './page-checks.ts';
import type { Edit } from './page-edits.ts';
import { outline } from './page-outline.ts';
import { createScore } from './report.ts';

const WORDS = 'abcdefghijklmnopqrstuvwxyz0123456789ABCD';
const EDIT_AT = 20;
const DELAYS_TICKS = [0, 1, 4];

interface TypingCase {
  readonly name: string;
  readonly before?: Edit;
  readonly edit: Edit;
  readonly behind: string;
  readonly right: string;
}

const CASES: readonly TypingCase[] = [
  {
    name: '7a joins bravo to alpha',
    edit: EDITS.joinsBravo,
    behind: 'two',
    right: 'alpha onebravo two… / charlie three',
  },
  {
    name: '7b moves alpha down',
    edit: EDITS.movesAlphaDown,
    behind: 'two',
    right: 'bravo two… / alpha one / charlie three',
  },
  {
    name: '7c moves bravo down',
    edit: EDITS.movesBravoDown,
    behind: 'two',
    right: 'alpha one / charlie three / bravo two…',
  },
  {
    name: '7e splits bravo',
    edit: EDITS.splitsBravo,
    behind: 'two',
    right: 'alpha one / br / avo two… / charlie three',
  },
  {
    name: '7f quotes bravo',
    edit: EDITS.quotesBravo,
    behind: 'two',
    right: 'alpha one / > bravo two… / charlie three',
  },
  {
    name: '7g makes bravo code',
    edit: EDITS.makesBravoCode,
    behind: 'two',
    right: 'alpha one / ``` bravo two… / charlie three',
  },
  {
    name: '7i makes bravo a heading',
    edit: EDITS.makesBravoHeading,
    behind: 'two',
    right: 'alpha one / # bravo two… / charlie three',
  },
  {
    name: '7j bolds bravo',
    edit: EDITS.boldsBravo,
    behind: 'br',
    right: 'alpha one / *br…avo two* / charlie three',
  },
  {
    name: 'undoes a split',
    before: EDITS.splitsBravo,
    edit: EDITS.undoes,
    behind: 'two',
    right: 'alpha one / bravo two… / charlie three',
  },
];

describe('a person who types stays in one piece', () => {
  const score = createScore('Live typing');
  for (const typing of CASES) {
    for (const delay of DELAYS_TICKS) {
      for (const smallerId of ['A', 'B'] as const) {
        test(`while A ${typing.name}, ${delay} ticks away (smaller id ${smallerId})`, () => {
          score(() => outlineAfter(typing, delay, smallerId), [typing.right]);
        });
      }
    }
  }
});

/** The final outline, with `…` where B's words are in one piece. */
function outlineAfter(
  { before, edit, behind }: TypingCase,
  delay: number,
  smallerId: 'A' | 'B',
): string {
  return repeatable(1, () => {
    const { pages, sync } = sharedPage(THREE_PARAGRAPHS, 2);
    const [a, b] = smallerId === 'A' ? [pages[0]!, pages[1]!] : [pages[1]!, pages[0]!];
    before?.(a.view);
    pause();
    sync();
    const line = new DelayedLine([a, b], delay);
    b.view.select(behind, behind.length);
    for (let tick = 0; tick < WORDS.length + 2 * delay + 1; tick++) {
      if (tick < WORDS.length) b.view.type(WORDS[tick]!);
      if (tick === EDIT_AT) edit(a.view);
      line.tick();
      for (const page of [a, b]) checkPage(page);
    }
    line.drain();
    if (shownPage(a) !== shownPage(b)) throw new Error('The pages differ');
    return outline(a.view.state.doc).replace(WORDS, '…');
  });
}

class DelayedLine {
  readonly #underWay: { readonly due: number; readonly to: Page; readonly update: Uint8Array }[] =
    [];
  #now = 0;

  constructor(pages: readonly [Page, Page], delay: number) {
    pages.forEach(({ doc }, index) => {
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin !== 'network')
          this.#underWay.push({ due: this.#now + delay, to: pages[1 - index]!, update });
      });
    });
  }

  tick(): void {
    while (this.#underWay.length > 0 && this.#underWay[0]!.due <= this.#now) {
      const { to, update } = this.#underWay.shift()!;
      Y.applyUpdate(to.doc, update, 'network');
    }
    this.#now++;
  }

  drain(): void {
    for (let i = 0; i < MOST_ANSWERS && this.#underWay.length > 0; i++) this.tick();
  }
}

const MOST_ANSWERS = 100;
