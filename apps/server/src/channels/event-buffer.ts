/** The newest events of a channel in memory, as they were committed: for those who come back in time. */
import { RECOVERY_BYTES, RECOVERY_EVENTS, RECOVERY_MS, type ChannelEvent } from '@tandem/protocol';
import type { EventRun } from '../storage/event-rows.ts';

export class EventBuffer {
  #runs: EventRun[] = [];
  #head: number;
  #count = 0;
  #bytes = 0;

  /** @param head the offset of the channel's newest event. */
  constructor(head: number) {
    this.#head = head;
  }

  get head(): number {
    return this.#head;
  }

  /** Events after this offset are here, up to the head. */
  get start(): number {
    return this.#runs[0]?.from ?? this.#head;
  }

  /** `run` follows what is here. */
  append({ from, events, bytes }: EventRun): void {
    // Of one that was committed, all else is in the channel as well.
    const run = { from, events, bytes };
    // Most channels have few; a list that is pushed to has room for many more.
    if (this.#runs.length === 0) this.#runs = [run];
    else this.#runs.push(run);
    this.#head = from + events.length;
    this.#count += events.length;
    this.#bytes += bytes;
  }

  /** `run` comes before what is here. It stays until the next `trim`. */
  prepend(run: EventRun): void {
    this.#runs.unshift(run);
    this.#count += run.events.length;
    this.#bytes += run.bytes;
  }

  /** Events after `offset`, which must not be before `start`. */
  after(offset: number): readonly ChannelEvent[] {
    const events: ChannelEvent[] = [];
    for (const run of this.#runs) {
      if (run.from >= offset) events.push(...run.events);
      else if (run.from + run.events.length > offset)
        events.push(...run.events.slice(offset - run.from));
    }
    return events;
  }

  /** Lets go what is too much or too old. */
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

  /** All of it is lost; the channel goes on at `head`. */
  reset(head: number): void {
    this.#runs.length = 0;
    this.#head = head;
    this.#count = 0;
    this.#bytes = 0;
  }
}
