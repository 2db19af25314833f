/** Creates a long page by pasting, with two lines in the middle for two writers. */

import type { CDPSession, Page } from '@playwright/test';
import { blocksOf, countBlockElements, waitForBlockElements } from '../harness/blocks.ts';
import {
  expectSaved,
  goToEnd,
  paste as pasteText,
  startDocument,
  textOf,
} from '../harness/screens.ts';

export const WRITERS_LINES = ['Ada writes here.', 'Ben writes here.'] as const;

/** Far below the limit of a Markdown source; each paste ends with the last kind, a paragraph. */
const BLOCKS_A_PASTE = 1_000;
const OPENED_LIMIT_MS = 120_000;

const KINDS = [
  (n: number) => `## Week ${n}`,
  (n: number) => `We measure at **both slips**, twice a day, and *note* the time. Reading ${n}.`,
  (n: number) => `- staff ${n} is [level](https://example.org/${n})`,
  (n: number) => `- [ ] check the batteries of logger ${n}`,
  (n: number) => `> High water on day ${n} falls at \`04:20\`.`,
  (n: number) => `\`\`\`js\nconst level = mean(${n});\n\`\`\``,
  (n: number) => `1. gauge ${n}`,
  (n: number) =>
    `The gauge drifted by ${n} centimetres last spring, so each reading gets a photograph.`,
];

export async function startLongPage(page: Page, blocks: number): Promise<void> {
  const lines = Array.from({ length: blocks - WRITERS_LINES.length }, (_, n) =>
    KINDS[n % KINDS.length]!(n),
  );
  const pastes: string[][] = [];
  for (let from = 0; from < lines.length; from += BLOCKS_A_PASTE) {
    pastes.push(lines.slice(from, from + BLOCKS_A_PASTE));
  }
  const middle = pastes[Math.floor(pastes.length / 2)]!;
  middle.splice(Math.floor(middle.length / 2), 0, ...WRITERS_LINES);

  await startDocument(page, 'A long page');
  for (const [index, paste] of pastes.entries()) {
    if (index > 0) {
      await goToEnd(page);
      await page.keyboard.press('Enter');
    }
    await pasteText(page, paste.join('\n\n'));
  }
  await expectSaved(page);
  const { length } = await blocksOf(page);
  if (length !== blocks) throw new Error(`the page has ${length} blocks, not ${blocks}`);
}

export async function waitUntilOpen(page: Page, other: Page): Promise<void> {
  await waitForBlockElements(page, await countBlockElements(other), OPENED_LIMIT_MS);
}

export async function goToLine(page: Page, line: string): Promise<void> {
  await textOf(page).getByText(line).click();
  await page.keyboard.press('End');
}

export interface PageMetrics {
  /** Processor time; task durations would also grow with other load on this machine. */
  readonly thread: number;
  readonly task: number;
  readonly script: number;
  readonly layout: number;
  readonly heap: number;
  readonly nodes: number;
}

export async function openMetrics(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  return cdp;
}

export async function metricsOf(cdp: CDPSession): Promise<PageMetrics> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const values = new Map(metrics.map(({ name, value }) => [name, value]));
  const ms = (name: string): number => (values.get(name) ?? Number.NaN) * 1_000;
  return {
    thread: ms('ThreadTime'),
    task: ms('TaskDuration'),
    script: ms('ScriptDuration'),
    layout: ms('LayoutDuration'),
    heap: values.get('JSHeapUsedSize') ?? Number.NaN,
    nodes: values.get('Nodes') ?? Number.NaN,
  };
}
