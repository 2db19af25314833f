/** Opens a document that took 260,000 keystrokes to write. */
import { typeLongDocument } from '../../load/swarm/typist.ts';
import { consumption } from '../measured-server.ts';
import { median, worst, type Scenario } from '../scenario.ts';
import { createClients, SETTLE_LIMIT_MS } from './participants.ts';

const EDITS = { quick: 60_000, full: 260_000 } as const;
const OPENINGS = { quick: 10, full: 30 } as const;
const SEED = 7;
const AUTHOR = 0;
/** Writes last, so the arrival of this writer's text shows that the document is complete. */
const FINISHER = 1;
const UPDATES_PER_SECOND = 100;

export const longDocument: Scenario = {
  name: 'long-document',
  what: 'A document of 105,000 letters and 260,000 edits is opened by one person after the other; timed from the connect until the text is there.',
  operation: 'opening',
  targets: ['tandem', 'y-websocket', 'hocuspocus'],
  async run(runner) {
    const { running, length } = runner;
    const readers = Array.from({ length: OPENINGS[length] }, (_, index) => FINISHER + 1 + index);
    await using clients = await createClients(runner, {
      rooms: [AUTHOR, FINISHER, ...readers].map(() => ['paper']),
    });
    await clients.open([AUTHOR, FINISHER]);
    const updates = typeLongDocument(AUTHOR, { edits: EDITS[length], seed: SEED });
    await clients.writeUpdates(new Map([[AUTHOR, updates]]), UPDATES_PER_SECOND);
    const last = { messages: 1, batch: 1, batchesPerSecond: 1 };
    await clients.write({ writers: [FINISHER], ...last });
    await clients.waitFor('delivered', 1, SETTLE_LIMIT_MS[length]);
    await clients.clearSamples();
    await running.server.watchLoop();
    const before = await running.server.usage();
    let open = 0;
    for (const reader of readers) {
      open += await clients.open([reader]);
      await clients.waitFor('delivered', open, SETTLE_LIMIT_MS[length]);
    }
    const after = await running.server.usage();
    const report = await clients.report();
    return {
      operations: open,
      ...consumption(before, after),
      samples: { 'text is there': report.replays },
      figures: {
        'opened %': median((100 * report.delivered) / readers.length),
        'loop stood still ms': worst(after.loopDelayMs),
      },
      faults: report.faults,
    };
  },
};
