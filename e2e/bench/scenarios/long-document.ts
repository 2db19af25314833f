/** Opens a paper that took 260,000 keystrokes to write. */
import { typePaper } from '../../load/swarm/typist.ts';
import { median, worst, type Scenario } from '../scenario.ts';
import { gather, SETTLE_LIMIT_MS } from './participants.ts';

const EDITS = { quick: 60_000, full: 260_000 } as const;
const OPENINGS = { quick: 10, full: 30 } as const;
const SEED = 7;
/**
 * Writer numbers. The signature is written last, so its arrival shows that the paper is complete.
 */
const AUTHOR = 0;
const SIGNER = 1;
const UPDATES_PER_SECOND = 100;

export const longDocument: Scenario = {
  name: 'long-document',
  what: 'A document of 105,000 letters and 260,000 edits is opened by one person after the other; timed from the connect until the text is there.',
  operation: 'opening',
  targets: ['tandem', 'y-websocket', 'hocuspocus'],
  async run(runner) {
    const { running, length } = runner;
    const openers = Array.from({ length: OPENINGS[length] }, (_, index) => SIGNER + 1 + index);
    await using crowd = await gather(runner, {
      rooms: [AUTHOR, SIGNER, ...openers].map(() => ['paper']),
    });
    await crowd.open([AUTHOR, SIGNER]);
    const paper = typePaper(AUTHOR, { edits: EDITS[length], seed: SEED });
    await crowd.writeUpdates(new Map([[AUTHOR, paper]]), UPDATES_PER_SECOND);
    const signature = { messages: 1, batch: 1, batchesPerSecond: 1 };
    await crowd.write({ writers: [SIGNER], ...signature });
    await crowd.until('delivered', 1, SETTLE_LIMIT_MS[length]);
    await crowd.clear();
    await running.server.watchLoop();
    const before = await running.server.usage();
    let open = 0;
    for (const opener of openers) {
      open += await crowd.open([opener]);
      await crowd.until('delivered', open, SETTLE_LIMIT_MS[length]);
    }
    const after = await running.server.usage();
    const report = await crowd.report();
    return {
      operations: open,
      cpuUs: after.cpuUs - before.cpuUs,
      samples: { 'text is there': report.replays },
      figures: {
        'opened %': median((100 * report.delivered) / openers.length),
        'loop stood still ms': worst(after.loopDelayMs),
      },
      faults: report.faults,
    };
  },
};
