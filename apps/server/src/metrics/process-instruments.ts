/** Process metrics, under the names that all Prometheus clients share. */
import {
  constants,
  PerformanceObserver,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
} from 'node:perf_hooks';
import { Counter, Gauge, LabeledHistogram, type Instrument } from './instruments.ts';

const GC_KINDS: Readonly<Record<number, 'minor' | 'major' | 'incremental' | 'weakcb'>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

type CollectionEntry = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };

export class ProcessInstruments implements Disposable {
  readonly #collections = new LabeledHistogram(
    'nodejs_gc_duration_seconds',
    'Time that garbage collection took in the main thread.',
    ['kind', Object.values(GC_KINDS)],
  );
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as CollectionEntry).detail;
      const word = GC_KINDS[kind];
      if (word !== undefined) this.#collections.of(word).observe(entry.duration / 1_000);
    }
  });

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  read(): readonly Instrument[] {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return [
      new Counter(
        'process_cpu_seconds_total',
        'Processor time of all threads.',
        (user + system) / 1e6,
      ),
      new Gauge(
        'process_start_time_seconds',
        'When the process started, since the epoch.',
        performance.timeOrigin / 1_000,
      ),
      new Gauge('process_resident_memory_bytes', 'Memory of the whole process.', rss),
      new Gauge('nodejs_heap_size_used_bytes', 'JavaScript heap of the main thread.', heapUsed),
      new Gauge('nodejs_external_memory_bytes', 'Buffers of the main thread.', external),
      new Gauge('nodejs_version_info', 'The version of Node.', [
        { labels: { version: process.version }, value: 1 },
      ]),
      this.#collections,
    ];
  }

  [Symbol.dispose](): void {
    this.#observer.disconnect();
  }
}
