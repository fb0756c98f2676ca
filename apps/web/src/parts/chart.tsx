/** A chart of uPlot in the colours of the page, as wide as its place. What it shows is told in words too, for those who cannot see it. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useDark } from './use-dark.js';
import { useWidth } from './use-width.js';

const heightPx = 190;
const axisFont = '12px system-ui, sans-serif';
const axisWidthPx = 62;

export interface ChartSeries {
  readonly label: string;
  /** A property of style.css, as `--running`. */
  readonly colour: string;
  readonly isBars?: boolean;
}

export interface ChartProps {
  readonly title: string;
  /** What somebody who does not see it should know. */
  readonly words: string;
  readonly data: uPlot.AlignedData;
  readonly series: readonly ChartSeries[];
  /** Seconds since the epoch, or numbers as they are. */
  readonly isTime?: boolean;
  /** Of the value at x; numbers if it is left out. */
  readonly xText?: (x: number) => string;
  readonly yText?: (y: number) => string;
  /** Where marks may stand: powers of two, for bytes. */
  readonly isBytes?: boolean;
}

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const isDark = useDark();
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const isWide = width > 0;
  const shape = props.series.map(({ label, colour }) => label + colour).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew when its colours or its series are others
  useEffect(() => {
    if (place.current === null || !isWide) return;
    const made = new uPlot(optionsOf(latest.current, place.current), latest.current.data, place.current);
    plot.current = made;
    return () => {
      plot.current = undefined;
      made.destroy();
    };
  }, [isDark, isWide, shape]);
  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height: heightPx });
  }, [width]);
  useEffect(() => plot.current?.setData(props.data), [props.data]);
  return (
    <figure className="chart">
      <figcaption>{props.title}</figcaption>
      <div ref={place} role="img" aria-label={`${props.title}: ${props.words}`} className="plot" />
    </figure>
  );
}

function optionsOf({ series, isTime, xText, yText, isBytes }: ChartProps, place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name);
  const axis = {
    font: axisFont,
    stroke: colour('--quiet'),
    ticks: { stroke: colour('--line'), width: 1 },
    grid: { stroke: colour('--line'), width: 1 },
  };
  const hasBars = series.some(({ isBars }) => isBars);
  return {
    width: place.clientWidth,
    height: heightPx,
    scales: { x: { time: isTime === true, ...(hasBars ? { range: padded } : {}) }, y: { range: fromZero } },
    axes: [
      {
        ...axis,
        ...(xText === undefined ? {} : { values: (_, splits) => splits.map(textOr(xText)) }),
        ...(hasBars ? { incrs: wholeSteps } : {}),
      },
      {
        ...axis,
        size: axisWidthPx,
        ...(isBytes ? { incrs: powersOfTwo } : {}),
        ...(yText === undefined ? {} : { values: (_, splits) => splits.map(yText) }),
      },
    ],
    legend: { show: series.length > 1 },
    cursor: { points: { show: !hasBars } },
    series: [
      xText === undefined ? {} : { value: (_, x) => (x === null ? '–' : xText(x)) },
      ...series.map(({ label, colour: name, isBars }) => ({
        label,
        stroke: colour(name),
        width: 1.5,
        value: (_: uPlot, y: number | null) => (y === null ? '–' : (yText?.(y) ?? String(y))),
        ...(isBars ? { fill: colour(name), paths: barPaths, points: { show: false } } : { points: { show: false } }),
      })),
    ],
  };
}

const barShare = 0.75;
const barWidthPxMax = 60;
const barPaths = uPlot.paths.bars?.({ size: [barShare, barWidthPxMax] }) ?? null;
const powersOfTwo = Array.from({ length: 50 }, (_, i) => 2 ** i);
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

function textOr(text: (x: number) => string): (x: number) => string {
  return x => (Number.isInteger(x) ? text(x) : '');
}

/** Half a bar more on both sides. */
function padded(_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  return [(min ?? 0) - 0.5, (max ?? 0) + 0.5];
}

function fromZero(_: uPlot, _min: number | null, max: number | null): uPlot.Range.MinMax {
  return [0, max === null || max === 0 ? 1 : max * 1.1];
}
