/**
 * Paces cursor broadcasts, so that a room's cost is bounded for any number of people and moves.
 * Sending k cursors to n receivers is n deliveries and n · k cursors, and a delivery costs as much
 * as `CURSORS.perDelivery` cursors. After each broadcast, a pause pays for it with
 * `CURSORS.perSecond`:
 *
 * pause = max(33 ms, n · (k + CURSORS.perDelivery) / CURSORS.perSecond)
 *
 * So a room stays below that, and below `CURSORS.perSecond / CURSORS.perDelivery` deliveries a
 * second. The first move after a pause is sent at once.
 */
import { AWARENESS_INTERVAL_MS, MAX_AWARENESS_INTERVAL_MS } from '@tandem/protocol';
import { CURSORS } from './limits.ts';

export class CursorRateController {
  #pauseMs = AWARENESS_INTERVAL_MS;
  #announcedMs = AWARENESS_INTERVAL_MS;
  #neededAtMs = 0;

  get pauseMs(): number {
    return this.#pauseMs;
  }

  /**
   * The interval sent to clients: a step of 33, 66, 132, … ms, no longer than the pause, so that it
   * seldom changes.
   */
  get announcedMs(): number {
    return this.#announcedMs;
  }

  /** @returns whether clients need a new interval. Slowing down is immediate; speeding up waits. */
  onSent({ cursors, receivers }: { cursors: number; receivers: number }, nowMs: number): boolean {
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
