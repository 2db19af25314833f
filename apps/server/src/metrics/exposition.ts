/** Prometheus text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { Instrument, Labels } from './instruments.ts';

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
