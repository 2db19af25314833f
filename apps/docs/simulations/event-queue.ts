/** Events in virtual time: a binary heap. Those of one moment run in the order in which they were added. */
interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly run: (atMs: number) => void;
}

export class EventQueue {
  readonly #heap: Scheduled[] = [];
  #added = 0;

  add(atMs: number, run: (atMs: number) => void): void {
    const heap = this.#heap;
    let at = heap.length;
    const event = { atMs, order: this.#added++, run };
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent] as Scheduled)) break;
      heap[at] = heap[parent] as Scheduled;
      at = parent;
    }
    heap[at] = event;
  }

  runAll(): void {
    for (let event = this.#take(); event !== undefined; event = this.#take()) event.run(event.atMs);
  }

  #take(): Scheduled | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length &&
        isBefore(heap[child + 1] as Scheduled, heap[child] as Scheduled)
      )
        child++;
      if (!isBefore(heap[child] as Scheduled, last)) break;
      heap[at] = heap[child] as Scheduled;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
}
