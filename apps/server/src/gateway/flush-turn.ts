/** Everything that has something to write does so once, at the end of the turn of the loop. */
export interface Flushing {
  flush(): void;
}

export class FlushTurn {
  #waiting: Flushing[] = [];
  readonly #run = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flushing of waiting) flushing.flush();
  };

  add(flushing: Flushing): void {
    if (this.#waiting.push(flushing) === 1) setImmediate(this.#run);
  }
}
