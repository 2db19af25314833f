/** The text of a page as it is shown, in one string: the blocks in their order, separated by line breaks. */
import type { TextRange } from './anchors.ts';
import type { ShownBlock } from './segments.ts';

export interface CharacterId {
  readonly client: number;
  readonly clock: number;
}

export interface BlockText extends TextRange {
  readonly index: number;
  readonly id: string | null;
}

interface Run {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
  readonly offset: number;
}

export class PageText {
  readonly text: string;
  readonly blocks: readonly BlockText[];
  /** In the order of the text. */
  readonly #runs: readonly Run[];
  #byClient: ReadonlyMap<number, readonly Run[]> | null = null;

  constructor(blocks: readonly Pick<ShownBlock, 'id' | 'content'>[]) {
    const runs: Run[] = [];
    const texts: string[] = [];
    let offset = 0;
    this.blocks = blocks.map(({ id, content }, index) => {
      const from = offset;
      let text = '';
      for (const part of content) {
        const { client, clock } = part;
        runs.push({ client, clock, length: part.text.length, offset: from + text.length });
        text += part.text;
      }
      texts.push(text);
      const to = from + text.length;
      offset = to + 1;
      return { index, id, from, to };
    });
    this.text = texts.join('\n');
    this.#runs = runs;
  }

  /** The block of a character, or of the line break behind it. */
  blockAt(offset: number): BlockText {
    return this.blocks[lastUpTo(this.blocks, ({ from }) => from <= offset)]!;
  }

  /** Null for a line break between blocks. */
  idAt(offset: number): CharacterId | null {
    const run = this.#runs[lastUpTo(this.#runs, (each) => each.offset <= offset)];
    if (run === undefined || offset < run.offset || offset >= run.offset + run.length) return null;
    return { client: run.client, clock: run.clock + offset - run.offset };
  }

  /** Null for a character that is not shown. */
  offsetOf({ client, clock }: CharacterId): number | null {
    this.#byClient ??= byClient(this.#runs);
    const runs = this.#byClient.get(client) ?? [];
    const run = runs[lastUpTo(runs, (each) => each.clock <= clock)];
    if (run === undefined || clock < run.clock || clock >= run.clock + run.length) return null;
    return run.offset + clock - run.clock;
  }

  /** Without blanks and line breaks at its ends. */
  trim({ from, to }: TextRange): TextRange {
    let [start, end] = [Math.max(0, from), Math.min(this.text.length, to)];
    while (start < end && isBlank(this.text, start)) start++;
    while (start < end && isBlank(this.text, end - 1)) end--;
    return { from: start, to: end };
  }
}

function isBlank(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}

function byClient(all: readonly Run[]): ReadonlyMap<number, readonly Run[]> {
  const clients = new Map<number, Run[]>();
  for (const run of all) {
    const runs = clients.get(run.client);
    if (runs === undefined) clients.set(run.client, [run]);
    else runs.push(run);
  }
  for (const runs of clients.values()) runs.sort((a, b) => a.clock - b.clock);
  return clients;
}

/** The index of the last item for which the condition holds, which holds up to there; 0 for none. */
function lastUpTo<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(items[middle]!)) low = middle;
    else high = middle - 1;
  }
  return low;
}
