/**
 * Metric instruments: plain numbers with labels from closed sets, so that counting on the message
 * path allocates nothing and hostile input cannot add a series. `expose` renders them on
 * scrape in the Prometheus text format 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
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
  value: number;

  constructor(name: string, help: string, value = 0) {
    this.name = name;
    this.help = help;
    this.value = value;
  }

  add(amount = 1): void {
    this.value += amount;
  }

  samples(): readonly Sample[] {
    return [{ value: this.value }];
  }
}

export class LabeledCounter<W extends string> implements Instrument {
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

export class TwoLabelCounter<A extends string, B extends string> implements Instrument {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #label: string;
  readonly #counters: Readonly<Record<A, LabeledCounter<B>>>;

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
      first[1].map((word) => [word, new LabeledCounter(name, help, second)]),
    ) as Record<A, LabeledCounter<B>>;
  }

  of(word: A): LabeledCounter<B> {
    return this.#counters[word];
  }

  samples(): readonly Sample[] {
    return Object.entries<LabeledCounter<B>>(this.#counters).flatMap(([word, counter]) =>
      counter.samples().map(({ labels, value }) => ({
        labels: { [this.#label]: word, ...labels },
        value,
      })),
    );
  }
}

/** A value read at scrape time. */
export class Gauge implements Instrument {
  readonly type = 'gauge';
  readonly name: string;
  readonly help: string;
  readonly #samples: readonly Sample[];

  constructor(name: string, help: string, value: number | readonly Sample[]) {
    this.name = name;
    this.help = help;
    this.#samples = typeof value === 'number' ? [{ value }] : value;
  }

  samples(): readonly Sample[] {
    return this.#samples;
  }
}

const SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export class Histogram implements Instrument {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
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

export class LabeledHistogram<W extends string> implements Instrument {
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

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function expose(instruments: readonly Instrument[]): string {
  const lines: string[] = [];
  for (const instrument of instruments) {
    const { name, help, type } = instrument;
    lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`);
    for (const { suffix = '', labels = {}, value } of instrument.samples())
      lines.push(`${name}${suffix}${labelsText(labels)} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([label, word]) => `${label}="${escaped(word).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
