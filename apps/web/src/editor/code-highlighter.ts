import { highlightOf } from './highlights.ts';
import { MAX_HIGHLIGHT_CHARS } from './limits.ts';

/**
 * Colours code with the CSS Custom Highlight API: ranges over the existing text, without DOM
 * changes, so typing and the caret never wait. One block is coloured at a time, when the browser is
 * idle. In a long document only blocks near the screen are coloured; the browser reports which ones
 * it skips, because measuring positions would cost in every frame. Browsers without the API show
 * code in one colour.
 */

interface Block {
  readonly content: HTMLElement;
  language: string | null;
  ranges: (readonly [highlight: Highlight, range: Range])[];
  state: 'clean' | 'dirty';
  skipped: boolean;
}

export class CodeHighlighter {
  readonly #blocks = new Map<Element, Block>();
  readonly #supported = typeof Highlight !== 'undefined';
  readonly #text: HTMLElement;
  #idle: number | undefined;

  constructor(text: HTMLElement) {
    this.#text = text;
    if (this.#supported) text.addEventListener('contentvisibilityautostatechange', this.#moved);
  }

  /** Colours a block that appeared, or whose text or language changed. */
  set(content: HTMLElement, language: string | null): void {
    const block = this.#blocks.get(content);
    if (block === undefined)
      this.#blocks.set(content, { content, language, ranges: [], state: 'dirty', skipped: false });
    else Object.assign(block, { language, state: 'dirty' });
    this.#schedule();
  }

  remove(content: HTMLElement): void {
    const block = this.#blocks.get(content);
    if (!block) return;
    clear(block);
    this.#blocks.delete(content);
  }

  destroy(): void {
    this.#text.removeEventListener('contentvisibilityautostatechange', this.#moved);
    if (this.#idle !== undefined) cancelWhenIdle(this.#idle);
    for (const block of this.#blocks.values()) clear(block);
    this.#blocks.clear();
  }

  readonly #moved = (event: Event): void => {
    const { target, skipped } = event as ContentVisibilityAutoStateChangeEvent;
    for (const content of (target as Element).querySelectorAll('code')) {
      const block = this.#blocks.get(content);
      if (block) block.skipped = skipped;
    }
    if (!skipped) this.#schedule();
  };

  #schedule(): void {
    if (!this.#supported || this.#idle !== undefined) return;
    this.#idle = whenIdle(() => void this.#next());
  }

  async #next(): Promise<void> {
    const isLong = this.#text.classList.contains('long');
    const block = [...this.#blocks.values()].find(
      ({ skipped, state }) => state === 'dirty' && !(skipped && isLong),
    );
    if (block) {
      block.state = 'clean';
      await colour(block);
    }
    this.#idle = undefined;
    if (block) this.#schedule();
  }
}

async function colour(block: Block): Promise<void> {
  const size = block.content.textContent?.length ?? 0;
  if (!block.language || size > MAX_HIGHLIGHT_CHARS) {
    clear(block);
    return;
  }
  const { tokensOf } = await import('./code-tokens.ts');
  const { texts, code } = textsIn(block.content);
  const tokens = tokensOf(code, block.language);
  clear(block);
  let index = 0;
  for (const { from, to, kind } of tokens) {
    while (index < texts.length && texts[index]!.end <= from) index++;
    const text = texts[index];
    if (!text) break;
    const range = new Range();
    range.setStart(text.node, from - text.start);
    range.setEnd(text.node, Math.min(to, text.end) - text.start);
    const highlight = highlightOf(`code-${kind}`);
    highlight.add(range);
    block.ranges.push([highlight, range]);
  }
}

function clear(block: Block): void {
  for (const [highlight, range] of block.ranges) highlight.delete(range);
  block.ranges = [];
}

function textsIn(content: HTMLElement): {
  texts: { node: Node; start: number; end: number }[];
  code: string;
} {
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  const texts = [];
  let code = '';
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const start = code.length;
    code += node.nodeValue ?? '';
    texts.push({ node, start, end: code.length });
  }
  return { texts, code };
}

/** Safari has no `requestIdleCallback`. */
function whenIdle(run: () => void): number {
  return typeof requestIdleCallback === 'function'
    ? requestIdleCallback(run, { timeout: 200 })
    : window.setTimeout(run, 50);
}

function cancelWhenIdle(handle: number): void {
  if (typeof cancelIdleCallback === 'function') cancelIdleCallback(handle);
  else clearTimeout(handle);
}
