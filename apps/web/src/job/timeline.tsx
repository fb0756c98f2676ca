/** All attempts of a job by worker and time, and in words those that did not simply commit. */
import { type AttemptState, isFinished, type JobStatus } from '@gridmr/contracts';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { TaskAttempt } from '../live/job-attempts.js';
import { durationText } from '../parts/amounts.js';
import { useDark } from '../parts/use-dark.js';
import { useWidth } from '../parts/use-width.js';
import { attemptMeaning, attemptOrder } from './attempt-look.js';
import { barAt, drawTimeline, scaleOf } from './draw-timeline.js';
import { layOutTimeline, type TimelineBar } from './lay-out-timeline.js';

/** While attempts run, the picture grows so often. */
const redrawMs = 1000;
/** With more, the picture changes with its attempts only: it is made anew often enough. */
const attemptsRedrawnMax = 2000;
const listedMax = 50;

interface TimelineProps {
  readonly attempts: readonly TaskAttempt[];
  readonly status: JobStatus;
  readonly onChoose: (taskId: string) => void;
}

export const Timeline = memo(function Timeline({ attempts, status, onChoose }: TimelineProps) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(place);
  const isDark = useDark();
  const [pointed, setPointed] = useState<TimelineBar>();
  const nowMs = useNow(!isFinished(status) && attempts.length < attemptsRedrawnMax);
  const scale = useMemo(
    () => scaleOf(layOutTimeline(attempts, Math.max(nowMs, Date.now())), width),
    [attempts, nowMs, width],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are others in the dark
  useEffect(() => {
    if (canvas.current !== null && width > 0) drawTimeline(canvas.current, scale);
  }, [scale, width, isDark]);
  const at = ({ nativeEvent: { offsetX, offsetY } }: React.MouseEvent) => barAt(scale, offsetX, offsetY);
  return (
    <>
      <Legend attempts={attempts} />
      <div ref={place}>
        <canvas
          ref={canvas}
          className="timeline"
          role="img"
          aria-label={`Timeline of ${attempts.length} attempts on ${scale.layout.bands.length} workers`}
          onMouseMove={event => setPointed(at(event))}
          onMouseLeave={() => setPointed(undefined)}
          onClick={event => {
            const bar = at(event);
            if (bar !== undefined) onChoose(bar.attempt.task_id);
          }}
        />
      </div>
      <p className="quiet pointed">{pointed === undefined ? 'Point at an attempt, or click it.' : barText(pointed)}</p>
      <Unusual attempts={attempts} onChoose={onChoose} />
    </>
  );
});

function useNow(isRunning: boolean): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNowMs(Date.now()), redrawMs);
    return () => clearInterval(timer);
  }, [isRunning]);
  return nowMs;
}

function countStates(attempts: readonly TaskAttempt[]): ReadonlyMap<AttemptState, number> {
  const counts = new Map<AttemptState, number>();
  for (const { state } of attempts) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** What is not the picture changes with the attempts only, not with what is pointed at. */
const Legend = memo(function Legend({ attempts }: Pick<TimelineProps, 'attempts'>) {
  const counts = countStates(attempts);
  const speculative = attempts.filter(attempt => attempt.speculative).length;
  return (
    <ul className="legend">
      {attemptOrder.map(state => (
        <li key={state} title={attemptMeaning[state]}>
          <span className={`swatch swatch-${state}`} /> {counts.get(state) ?? 0} {state}
        </li>
      ))}
      <li title="made beside another attempt that took long">
        <span className="swatch swatch-speculative" /> {speculative} speculative
      </li>
    </ul>
  );
});

function barText({ attempt, startMs, endMs }: TimelineBar): string {
  const { kind, index, state, speculative, error } = attempt;
  const what = `${kind} task ${index}, attempt ${attempt.attempt}: ${state}, ${attemptMeaning[state]}`;
  const more = [durationText(endMs - startMs), speculative ? 'speculative' : '', error?.message ?? ''];
  return [what, ...more.filter(Boolean)].join(' · ');
}

/** For those who cannot see the picture, and for those who look for trouble. */
const Unusual = memo(function Unusual({ attempts, onChoose }: Pick<TimelineProps, 'attempts' | 'onChoose'>) {
  const unusual = attempts.filter(({ state, speculative }) => isUnusual(state) || speculative === true);
  if (unusual.length === 0) return null;
  return (
    <details>
      <summary>Attempts that were not simply committed: {unusual.length}</summary>
      <ul className="unusual">
        {unusual.slice(0, listedMax).map(attempt => (
          <li key={`${attempt.task_id} ${attempt.run} ${attempt.attempt}`}>
            <button type="button" className="link" onClick={() => onChoose(attempt.task_id)}>
              {attempt.kind} task {attempt.index}, attempt {attempt.attempt}
            </button>{' '}
            {attempt.state}
            {attempt.speculative ? ', speculative' : ''} on {attempt.worker_id}
          </li>
        ))}
      </ul>
      {unusual.length > listedMax ? <p className="quiet">Only the first {listedMax} are listed.</p> : null}
    </details>
  );
});

function isUnusual(state: AttemptState): boolean {
  return state !== 'committed' && state !== 'running';
}
