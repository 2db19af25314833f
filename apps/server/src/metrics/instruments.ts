/**
 * Metric instruments: plain numbers with labels from closed sets, so that counting on the message
 * path allocates nothing and hostile input cannot add a series. `exposition.ts` renders them on
 * scrape.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** Of a histogram: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

export interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  samples(): Iterable<Sample>;
}

export class Counter implements Instrument {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  value = 0;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(amount = 1): void {
    this.value += amount;
  }

  samples(): readonly Sample[] {
    return [{ value: this.value }];
  }
}

export class CounterBy<W extends string> implements Instrument {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #label: string;
  readonly #values: Record<W, number>;

  constructor(name: string, help: string, label: readonly [name: string, words: readonly W[]]) {
    this.name = name;
    this.help = help;
    this.#label = label[0];
    this.#values = Object.fromEntries(label[1].map((word) => [word, 0])) as Record<W, number>;
  }

  add(word: W, amount = 1): void {
    this.#values[word] += amount;
  }

  of(word: W): number {
    return this.#values[word];
  }

  get total(): number {
    return this.entries().reduce((sum, [, value]) => sum + value, 0);
  }

  entries(): (readonly [word: W, value: number])[] {
    return Object.entries(this.#values) as [W, number][];
  }

  samples(): readonly Sample[] {
    return this.entries().map(([word, value]) => ({ labels: { [this.#label]: word }, value }));
  }
}

export class CounterByTwo<A extends string, B extends string> implements Instrument {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #label: string;
  readonly #counters: Readonly<Record<A, CounterBy<B>>>;

  constructor(
    name: string,
    help: string,
    [first, second]: readonly [
      readonly [name: string, words: readonly A[]],
      readonly [name: string, words: readonly B[]],
    ],
  ) {
    this.name = name;
    this.help = help;
    this.#label = first[0];
    this.#counters = Object.fromEntries(
      first[1].map((word) => [word, new CounterBy(name, help, second)]),
    ) as Record<A, CounterBy<B>>;
  }

  of(word: A): CounterBy<B> {
    return this.#counters[word];
  }

  samples(): readonly Sample[] {
    return Object.entries<CounterBy<B>>(this.#counters).flatMap(([word, counter]) =>
      counter.samples().map(({ labels, value }) => ({
        labels: { [this.#label]: word, ...labels },
        value,
      })),
    );
  }
}

/** A value read at scrape time. @param type `counter` for a count kept elsewhere. */
export function reading(
  name: string,
  help: string,
  value: number | readonly Sample[],
  type: 'gauge' | 'counter' = 'gauge',
): Instrument {
  const samples = typeof value === 'number' ? [{ value }] : value;
  return { name, help, type, samples: () => samples };
}

/** From half a millisecond to ten seconds, in steps of about two. */
const SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export class Histogram implements Instrument {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
  /** One more than bounds: the last counts values above all of them. */
  readonly #counts: number[];
  #sum = 0;

  constructor(
    name: string,
    help: string,
    { bounds = SECONDS, labels = {} }: { bounds?: readonly number[]; labels?: Labels } = {},
  ) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#labels = labels;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number, times = 1): void {
    let at = 0;
    while (at < this.#bounds.length && value > this.#bounds[at]!) at++;
    this.#counts[at]! += times;
    this.#sum += value * times;
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  *samples(): Iterable<Sample> {
    let below = 0;
    for (const [at, count] of this.#counts.entries()) {
      below += count;
      const le = String(this.#bounds[at] ?? '+Inf');
      yield { suffix: '_bucket', labels: { ...this.#labels, le }, value: below };
    }
    yield { suffix: '_sum', labels: this.#labels, value: this.#sum };
    yield { suffix: '_count', labels: this.#labels, value: below };
  }
}

export class HistogramBy<W extends string> implements Instrument {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #histograms: Readonly<Record<W, Histogram>>;

  constructor(name: string, help: string, label: readonly [name: string, words: readonly W[]]) {
    this.name = name;
    this.help = help;
    this.#histograms = Object.fromEntries(
      label[1].map((word) => [word, new Histogram(name, help, { labels: { [label[0]]: word } })]),
    ) as Record<W, Histogram>;
  }

  of(word: W): Histogram {
    return this.#histograms[word];
  }

  *samples(): Iterable<Sample> {
    for (const histogram of Object.values<Histogram>(this.#histograms)) yield* histogram.samples();
  }
}
