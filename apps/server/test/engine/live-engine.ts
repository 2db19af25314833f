/** An engine with real workers on a file of its own, and clients that write in it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { EngineEvent, OpenAnswer } from '@tandem/sync';
import * as Y from 'yjs';
import type { Engine, EngineNotice } from '../../src/engine/port.ts';

export class NoticeRecorder {
  readonly notices: EngineNotice[] = [];
  readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
    engine.onNotices((notices) => this.notices.push(...notices));
  }

  /** Resolves to the first matching notice, including past ones. */
  async waitFor<T extends EngineNotice>(fits: (notice: EngineNotice) => notice is T): Promise<T>;
  async waitFor(fits: (notice: EngineNotice) => boolean): Promise<EngineNotice>;
  async waitFor(fits: (notice: EngineNotice) => boolean): Promise<EngineNotice> {
    for (let seen = 0; ;) {
      for (; seen < this.notices.length; seen++)
        if (fits(this.notices[seen]!)) return this.notices[seen]!;
      await turn();
    }
  }

  async open(document: string, subscription: number, user = 'ada'): Promise<OpenAnswer> {
    this.engine.request({ kind: 'open', document, subscription, user });
    const answered = (notice: EngineNotice): notice is Extract<EngineEvent, { kind: 'answered' }> =>
      notice.kind === 'answered' && notice.subscription === subscription;
    return (await this.waitFor(answered)).answer;
  }

  async acknowledged(subscription: number, cseq: number): Promise<void> {
    await this.waitFor(
      (notice) =>
        notice.kind === 'committed' &&
        notice.acks.some((ack) => ack.subscription === subscription && ack.cseq >= cseq),
    );
  }
}

export class LiveWriter {
  readonly doc = new Y.Doc();
  readonly #recorder: NoticeRecorder;
  readonly document: string;
  readonly subscription: number;
  #cseq = 0;

  constructor(recorder: NoticeRecorder, document: string, subscription: number) {
    this.#recorder = recorder;
    this.document = document;
    this.subscription = subscription;
    this.doc.on('update', (update: Uint8Array) => {
      recorder.engine.request({
        kind: 'append',
        document,
        subscription,
        cseq: ++this.#cseq,
        user: 'ada',
        update,
      });
    });
  }

  write(text: string): void {
    const target = this.doc.getText('text');
    target.insert(target.length, text);
  }

  async saved(): Promise<void> {
    await this.#recorder.acknowledged(this.subscription, this.#cseq);
  }
}

export function textOf(answer: OpenAnswer): string {
  if (answer.kind !== 'opened') throw new Error(`it was not opened: ${answer.error.code}`);
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const part of answer.parts) for (const update of part.updates) Y.applyUpdate(doc, update);
  });
  return doc.getText('text').toString();
}
