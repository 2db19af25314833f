import { expect, test } from 'vitest';
import {
  Counter,
  expose,
  Gauge,
  Histogram,
  LabeledCounter,
  LabeledHistogram,
} from './instruments.ts';

test('writes counters, by words and without', () => {
  const frames = new Counter('frames_total', 'Frames.');
  frames.add();
  frames.add(4);
  const bytes = new LabeledCounter('bytes_total', 'Bytes.', ['direction', ['in', 'out']]);
  bytes.add('out', 12);
  expect(expose([frames, bytes])).toBe(
    [
      '# HELP frames_total Frames.',
      '# TYPE frames_total counter',
      'frames_total 5',
      '# HELP bytes_total Bytes.',
      '# TYPE bytes_total counter',
      'bytes_total{direction="in"} 0',
      'bytes_total{direction="out"} 12',
      '',
    ].join('\n'),
  );
  expect(bytes.total).toBe(12);
});

test('writes histograms with cumulative buckets, a value on a bound below it', () => {
  const histogram = new Histogram('wait_seconds', 'Wait.', { bounds: [0.1, 1] });
  histogram.observe(0.1);
  histogram.observe(0.5, 2);
  histogram.observe(30);
  expect(expose([histogram]).split('\n').slice(2, -1)).toEqual([
    'wait_seconds_bucket{le="0.1"} 1',
    'wait_seconds_bucket{le="1"} 3',
    'wait_seconds_bucket{le="+Inf"} 4',
    'wait_seconds_sum 31.1',
    'wait_seconds_count 4',
  ]);
  expect(histogram.count).toBe(4);
});

test('keeps the histograms of different words apart', () => {
  const histogram = new LabeledHistogram('wait_seconds', 'Wait.', ['path', ['a', 'b']]);
  histogram.of('b').observe(0.2);
  const lines = expose([histogram]).split('\n');
  expect(lines).toContain('wait_seconds_count{path="a"} 0');
  expect(lines).toContain('wait_seconds_bucket{path="b",le="0.25"} 1');
  expect(lines.filter((line) => line.startsWith('# TYPE'))).toHaveLength(1);
});

test('escapes what would end a line or a label', () => {
  const odd = new Gauge('odd', 'One\nline \\ two.', [{ labels: { word: 'a"b\\c\nd' }, value: 1 }]);
  expect(expose([odd])).toBe(
    '# HELP odd One\\nline \\\\ two.\n# TYPE odd gauge\nodd{word="a\\"b\\\\c\\nd"} 1\n',
  );
});
