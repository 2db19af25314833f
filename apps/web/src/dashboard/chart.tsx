import Plot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { DashboardSample } from '@tandem/protocol';
import { useEffect, useRef } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { formatLocale } from '../languages/i18n.ts';
import { useObservable } from '../runtime/observable.ts';
import { theme } from '../theme/theme.ts';
import { formatQuantity } from './quantity.ts';
import { columns, type ChartOf } from './series.ts';

const HEIGHT_PX = 132;
const COLORS = ['--accent', '--p1', '--p0'] as const;

interface ChartProps {
  readonly chart: ChartOf;
  readonly samples: readonly DashboardSample[];
}

/** A chart on a canvas; new samples bypass React. */
export function Chart({ chart, samples }: ChartProps) {
  const translation = useTranslation();
  const { t } = translation;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef(samples);
  latest.current = samples;
  const chosenTheme = useObservable(theme);
  const language = formatLocale(translation.language);
  const last = samples.at(-1);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
    const made = new Plot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, points: { size: 5 } },
        padding: [6, 4, 0, 0],
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] } },
        axes: [
          axis(style, {
            size: 26,
            space: 70,
            values: (_plot, ticks) => ticks.map((tick) => time.format(tick * 1000)),
          }),
          axis(style, {
            size: 58,
            space: 34,
            values: (_plot, ticks) =>
              ticks.map((tick) => formatQuantity(tick, chart.unit, language)),
          }),
        ],
        series: [
          {},
          ...chart.lines.map((_line, index) => ({
            stroke: style.getPropertyValue(COLORS[index] ?? COLORS[0]),
            width: 1.5,
            points: { show: false },
            spanGaps: false,
          })),
        ],
      },
      columns(chart, latest.current),
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [chart, language, chosenTheme]);

  useEffect(() => plot.current?.setData(columns(chart, samples)), [chart, samples]);

  return (
    <figure className="min-w-0 rounded-box border border-line bg-raise p-3.5">
      <figcaption className="mb-1.5 flex flex-wrap items-baseline gap-x-3 text-small text-ink-2">
        <b className="text-ui font-semibold text-ink">{t(`dashboard.charts.${chart.name}`)}</b>
        {chart.lines.map(({ name, of }, index) => {
          const value = last === undefined ? null : of(last);
          return (
            <span key={name} className="whitespace-nowrap tabular-nums">
              <span
                aria-hidden
                className="mr-1.5 inline-block h-0.5 w-3 align-middle"
                style={{ background: `var(${COLORS[index] ?? COLORS[0]})` }}
              />
              {t(`dashboard.lines.${name}`)}{' '}
              {value === null ? '–' : formatQuantity(value, chart.unit, language)}
            </span>
          );
        })}
      </figcaption>
      <div
        ref={place}
        aria-hidden
        className="w-full overflow-hidden"
        style={{ height: HEIGHT_PX }}
      />
    </figure>
  );
}

function axis(style: CSSStyleDeclaration, options: Plot.Axis): Plot.Axis {
  const line = style.getPropertyValue('--line');
  return {
    stroke: style.getPropertyValue('--ink-3'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    ...options,
  };
}
