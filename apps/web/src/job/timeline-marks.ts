/**
 * What is drawn of a timeline: bars as whole pixels, and those of one state that touch each other in a lane as one. Thousands of tasks of a millisecond
 * are a few hundred marks, however many they are, and drawing them costs as much as the picture is wide.
 */
import type { AttemptState } from '@gridmr/contracts';
import { widthMin } from './attempt-look.js';
import type { TimelineBar } from './lay-out-timeline.js';

/** Longer bars leave a gap to what follows them. */
const gapFromPx = 3;

export interface TimelineMark {
  readonly lane: number;
  readonly left: number;
  right: number;
}

/** @param bars in the order of their starts @param place of a time, in pixels */
export function marksOf(
  bars: readonly TimelineBar[],
  place: (ms: number) => number,
): ReadonlyMap<AttemptState, readonly TimelineMark[]> {
  const marks = new Map<AttemptState, TimelineMark[]>();
  /** By state and lane: the one that may still grow. */
  const last = new Map<AttemptState, TimelineMark[]>();
  for (const bar of bars) {
    const { state } = bar.attempt;
    const { left, right } = spanOf(bar, place);
    const open = ofState(last, state)[bar.lane];
    if (open !== undefined && left <= open.right) {
      open.right = Math.max(open.right, right);
      continue;
    }
    const mark = { lane: bar.lane, left, right };
    ofState(last, state)[bar.lane] = mark;
    ofState(marks, state).push(mark);
  }
  return marks;
}

/** Where a bar begins and ends, in whole pixels. */
export function spanOf({ attempt, startMs, endMs }: TimelineBar, place: (ms: number) => number) {
  const left = Math.floor(place(startMs));
  const end = Math.round(place(endMs));
  const right = end - left > gapFromPx ? end - 1 : end;
  return { left, right: Math.max(right, left + widthMin[attempt.state]) };
}

function ofState<Item>(items: Map<AttemptState, Item[]>, state: AttemptState): Item[] {
  const own = items.get(state) ?? [];
  items.set(state, own);
  return own;
}
