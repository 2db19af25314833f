/** Writes the tables of a run between two markers of a documentation page. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Report } from './result.ts';
import { toTable } from './table.ts';

const PAGE = resolve(import.meta.dirname, '../../apps/docs/operate/benchmarks.md');
const BEGIN = '<!-- begin: written by pnpm bench --docs -->';
const END = '<!-- end -->';

export async function writeDocs(report: Report): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no place for the tables`);
  const before = page.slice(0, begin + BEGIN.length);
  await writeFile(PAGE, `${before}\n\n${toMarkdown(report)}\n${page.slice(end)}`);
}

function toMarkdown({ at, machine, targets, sections, length, scale }: Report): string {
  const size = `${length === 'quick' ? 'with `--quick`' : 'in full'}${scale === 1 ? '' : ` at scale ${scale}`}`;
  const rounds = Math.max(...sections.flatMap(({ rows }) => rows.map((row) => row.rounds)));
  return [
    `Measured on ${at.slice(0, 10)}, ${size}, ${rounds} round(s): ${machine}.`,
    '',
    '| | Version | Settings |',
    '|---|---|---|',
    ...targets.map(({ name, title, settings }) => `| ${name} | ${title} | ${settings} |`),
    '',
    ...sections.flatMap((section) => {
      const { head, rows, notes } = toTable(section);
      return [
        `### ${section.name}`,
        '',
        section.what,
        '',
        `| ${head.join(' | ')} |`,
        `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`,
        ...rows.map((row) => `| ${row.join(' | ')} |`),
        '',
        ...notes.map((note) => `- ${note}`),
        ...(notes.length > 0 ? [''] : []),
      ];
    }),
  ].join('\n');
}
