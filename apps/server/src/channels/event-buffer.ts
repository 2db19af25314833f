/** The newest events of a channel, in commit order, kept in memory for clients that reconnect. */
import { RECOVERY_BYTES, RECOVERY_EVENTS, RECOVERY_MS, type ChannelEvent } from '@tandem/protocol';
import type { EventRun } from '../storage/event-rows.ts';

export class EventBuffer {
  #runs: EventRun[] = [];
  #head: number;
  #count = 0;
  #bytes = 0;

  constructor(head: number) {
    this.#head = head;
  }

  get head(): number {
    return this.#head;
  }

  get start(): number {
    return this.#runs[0]?.from ?? this.#head;
  }

  append({ from, events, bytes }: EventRun): void {
    // Copies these fields only: a committed run also carries its channel.
    const run = { from, events, bytes };
    // A one-element literal takes less memory than a list that was pushed to.
    if (this.#runs.length === 0) this.#runs = [run];
    else this.#runs.push(run);
    this.#head = from + events.length;
    this.#count += events.length;
    this.#bytes += bytes;
  }

  /** Inserts `run` before the buffered events. It stays until the next `trim`. */
  prepend(run: EventRun): void {
    this.#runs.unshift(run);
    this.#count += run.events.length;
    this.#bytes += run.bytes;
  }

  /** @param offset not before `start`. */
  after(offset: number): readonly ChannelEvent[] {
    const events: ChannelEvent[] = [];
    for (const run of this.#runs) {
      if (run.from >= offset) events.push(...run.events);
      else if (run.from + run.events.length > offset)
        events.push(...run.events.slice(offset - run.from));
    }
    return events;
  }

  trim(nowMs: number): void {
    let drop = 0;
    for (const run of this.#runs) {
      const isOld = nowMs - (run.events.at(-1) as ChannelEvent).at > RECOVERY_MS;
      const isEnough = this.#count - run.events.length >= RECOVERY_EVENTS;
      if (!isOld && !isEnough && this.#bytes <= RECOVERY_BYTES) break;
      this.#count -= run.events.length;
      this.#bytes -= run.bytes;
      drop++;
    }
    if (drop > 0) this.#runs.splice(0, drop);
  }

  reset(head: number): void {
    this.#runs.length = 0;
    this.#head = head;
    this.#count = 0;
    this.#bytes = 0;
  }
}
