/** Draws a timeline on a canvas, and finds the attempt under a point of it. */
import type { AttemptState } from '@gridmr/contracts';
import { fitCanvas } from '../parts/fit-canvas.js';
import { attemptOrder, fillOf, widthMin } from './attempt-look.js';
import type { TimelineBand, TimelineBar, TimelineLayout } from './lay-out-timeline.js';
import { marksOf, spanOf } from './timeline-marks.js';

const labelPx = 18;
const bandGapPx = 8;
const axisPx = 22;
const laneMaxPx = 18;
const laneMinPx = 2;
/** Of all lanes together; more of them are as thin as they can be. */
const lanesHeightPx = 360;
const ticksPx = 110;
const nearPx = 4;

export interface TimelineScale {
  readonly layout: TimelineLayout;
  readonly width: number;
  readonly lane: number;
}

export function scaleOf(layout: TimelineLayout, width: number): TimelineScale {
  const lanes = layout.bands.reduce((sum, band) => sum + band.lanes, 0);
  const lane = Math.max(laneMinPx, Math.min(laneMaxPx, Math.floor(lanesHeightPx / Math.max(1, lanes))));
  return { layout, width, lane };
}

export function heightOf({ layout, lane }: TimelineScale): number {
  return layout.bands.reduce((sum, band) => sum + bandHeight(band, lane), axisPx);
}

export function drawTimeline(canvas: HTMLCanvasElement, scale: TimelineScale): void {
  const context = fitCanvas(canvas, scale.width, heightOf(scale), { willReadFrequently: true });
  if (context === undefined) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name);
  drawAxis(context, scale, colour);
  const fills = new Map(
    attemptOrder.map(state => [state, fillOf(context, state, colour(`--${state}`), colour('--card'))]),
  );
  let top = axisPx;
  for (const band of scale.layout.bands) {
    context.fillStyle = colour('--text');
    context.fillText(band.workerId, 0, top + 12);
    drawBars(context, band, top + labelPx, scale, fills, colour('--text'));
    top += bandHeight(band, scale.lane);
  }
}

/** The attempt there, or the nearest one in its lane. */
export function barAt({ layout, width, lane }: TimelineScale, x: number, y: number): TimelineBar | undefined {
  let top = axisPx;
  for (const band of layout.bands) {
    const height = bandHeight(band, lane);
    if (y >= top && y < top + height) {
      const at = Math.floor((y - top - labelPx) / lane);
      return nearest(band.bars, at, (bar: TimelineBar) => distance(bar, x, layout, width));
    }
    top += height;
  }
  return undefined;
}

function nearest(bars: readonly TimelineBar[], lane: number, far: (bar: TimelineBar) => number) {
  let found: TimelineBar | undefined;
  let least = nearPx;
  for (const bar of bars) {
    if (bar.lane !== lane) continue;
    const px = far(bar);
    // What went wrong is drawn over the rest, so it is found first.
    const isAbove = found !== undefined && px === least && rank(bar) > rank(found);
    if (px < least || isAbove) {
      least = px;
      found = bar;
    }
  }
  return found;
}

function rank({ attempt }: TimelineBar): number {
  return attemptOrder.indexOf(attempt.state);
}

function distance(bar: TimelineBar, x: number, layout: TimelineLayout, width: number): number {
  const left = place(bar.startMs, layout, width);
  const right = Math.max(place(bar.endMs, layout, width), left + widthMin[bar.attempt.state]);
  return Math.max(0, left - x, x - right);
}

function bandHeight({ lanes }: TimelineBand, lane: number): number {
  return labelPx + lanes * lane + bandGapPx;
}

function place(ms: number, { startMs, endMs }: TimelineLayout, width: number): number {
  return ((ms - startMs) / Math.max(1, endMs - startMs)) * width;
}

type Fills = ReadonlyMap<AttemptState, string | CanvasPattern>;

function drawBars(
  context: CanvasRenderingContext2D,
  { bars }: TimelineBand,
  top: number,
  { layout, width, lane }: TimelineScale,
  fills: Fills,
  outline: string,
): void {
  const high = lane - (lane > 5 ? 2 : 0);
  const marks = marksOf(bars, ms => place(ms, layout, width));
  for (const state of attemptOrder) {
    context.fillStyle = fills.get(state) ?? '';
    for (const { lane: row, left, right } of marks.get(state) ?? [])
      context.fillRect(left, top + row * lane, right - left, high);
  }
  context.strokeStyle = outline;
  for (const bar of bars) {
    if (bar.attempt.speculative !== true) continue;
    const { left, right } = spanOf(bar, ms => place(ms, layout, width));
    context.strokeRect(left + 0.5, top + bar.lane * lane + 0.5, Math.max(2, right - left - 1), high - 1);
  }
}

function drawAxis(context: CanvasRenderingContext2D, scale: TimelineScale, colour: (name: string) => string): void {
  const { layout, width } = scale;
  const spanMs = layout.endMs - layout.startMs;
  const stepMs = roundStep(spanMs / Math.max(1, Math.floor(width / ticksPx)));
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = colour('--quiet');
  context.strokeStyle = colour('--line');
  for (let ms = 0; ms <= spanMs; ms += stepMs) {
    const x = Math.round(place(layout.startMs + ms, layout, width)) + 0.5;
    context.beginPath();
    context.moveTo(x, axisPx - 6);
    context.lineTo(x, heightOf(scale));
    context.stroke();
    const text = tickText(ms, stepMs);
    if (x + context.measureText(text).width < width) context.fillText(text, x + 3, 12);
  }
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  const times = [1, 2, 5, 10].find(each => each * power >= ms) ?? 10;
  return times * power;
}

function tickText(ms: number, stepMs: number): string {
  return stepMs < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
