/**
 * How often the cursors of a room are told, so that they cost a bounded amount however many people there are
 * and move. Telling k cursors to n receivers is n deliveries and n · k cursors, and a delivery costs as much as
 * `CURSORS.perDelivery` cursors. What was told is followed by a pause in which `CURSORS.perSecond` pays for it:
 *
 *     pause = max(33 ms, n · (k + CURSORS.perDelivery) / CURSORS.perSecond)
 *
 * So a room never causes more than that, nor more than `CURSORS.perSecond / CURSORS.perDelivery` deliveries a
 * second. The first move after a pause is told at once.
 */
import { AWARENESS_INTERVAL_MS, MAX_AWARENESS_INTERVAL_MS } from '@tandem/protocol';
import { CURSORS } from '../limits.ts';

export class CursorRateController {
  #pauseMs = AWARENESS_INTERVAL_MS;
  #announcedMs = AWARENESS_INTERVAL_MS;
  #neededAtMs = 0;

  /** Between what was told last and what is told next. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** What clients are asked for: a step of 33, 66, 132, … ms, none longer than the pause, so that it seldom changes. */
  get announcedMs(): number {
    return this.#announcedMs;
  }

  /** @returns whether clients have to hear of another pace. It is slower at once, and faster when slow was not needed for a while. */
  told({ cursors, receivers }: { cursors: number; receivers: number }, nowMs: number): boolean {
    const costMs = (receivers * (cursors + CURSORS.perDelivery) * 1000) / CURSORS.perSecond;
    this.#pauseMs = Math.min(MAX_AWARENESS_INTERVAL_MS, Math.max(AWARENESS_INTERVAL_MS, costMs));
    const steps = Math.floor(Math.log2(this.#pauseMs / AWARENESS_INTERVAL_MS));
    const stepMs = AWARENESS_INTERVAL_MS * 2 ** steps;
    if (stepMs >= this.#announcedMs) this.#neededAtMs = nowMs;
    const isKept = stepMs < this.#announcedMs && nowMs - this.#neededAtMs < CURSORS.minSlowMs;
    if (isKept || stepMs === this.#announcedMs) return false;
    this.#announcedMs = stepMs;
    this.#neededAtMs = nowMs;
    return true;
  }
}
