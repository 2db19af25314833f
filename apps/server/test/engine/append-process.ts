/**
 * A process that a test kills: writes lines into several documents as fast as possible, and prints
 * each acknowledged one. Arguments: the database file, and a number that makes the lines unique.
 */
import { writeSync } from 'node:fs';
import * as Y from 'yjs';
import { createWorkerEngine } from '../../src/engine/worker-engine.ts';
import { describeSqlite } from '../../src/storage/storage.ts';

const DOCUMENTS = 5;
const IN_FLIGHT = 20;

const [path, run] = process.argv.slice(2) as [string, string];
const engine = await createWorkerEngine({ storage: describeSqlite(path), workers: 2 });

interface Line {
  readonly cseq: number;
  readonly text: string;
}
const waiting = new Map<number, Line[]>();

engine.onNotices((notices) => {
  let printed = '';
  for (const notice of notices) {
    if (notice.kind === 'answered') {
      if (notice.answer.kind !== 'opened') throw new Error(notice.answer.error.message);
      write(notice.document, notice.subscription);
    }
    if (notice.kind !== 'committed') continue;
    for (const { subscription, cseq } of notice.acks) {
      const lines = waiting.get(subscription)!;
      while (lines[0] !== undefined && lines[0].cseq <= cseq)
        printed += `${notice.document} ${lines.shift()!.text}\n`;
      resume.get(subscription)!();
    }
  }
  if (printed !== '') writeSync(1, printed);
});

const resume = new Map<number, () => void>();

function write(document: string, subscription: number): void {
  const doc = new Y.Doc();
  const lines: Line[] = [];
  let cseq = 0;
  doc.on('update', (update: Uint8Array) => {
    engine.request({ kind: 'append', document, subscription, cseq, user: 'ada', update });
  });
  const fill = () => {
    while (lines.length < IN_FLIGHT) {
      cseq++;
      const text = `${run}-${subscription}-${cseq}`;
      lines.push({ cseq, text });
      doc.getArray('lines').push([text]);
    }
  };
  waiting.set(subscription, lines);
  resume.set(subscription, fill);
  fill();
}

for (let i = 1; i <= DOCUMENTS; i++) {
  const document = `document-${i}`;
  await engine.create({ document, kind: 'data', user: 'ada' });
  engine.request({ kind: 'open', document, subscription: i, user: 'ada' });
}
