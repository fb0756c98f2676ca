/**
 * All tasks of a stage as small squares, coloured by state, on a canvas: ten thousand of them are drawn within a frame, where as many elements
 * would take seconds. What it shows is told in words beside it, for those who cannot see it.
 */
import { useEffect, useRef, useState } from 'react';
import { type TaskStates, taskStates } from '../live/task-states.js';
import { useDark } from '../parts/use-dark.js';
import { useWidth } from '../parts/use-width.js';
import { GridPainter, layOutGrid } from './grid-painter.js';

interface TaskGridProps {
  readonly kind: 'map' | 'reduce';
  readonly states: TaskStates;
  /** Changes when the states do. */
  readonly version: number;
  readonly onChoose: (index: number) => void;
}

export function TaskGrid({ kind, states, version, onChoose }: TaskGridProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const place = useRef<HTMLElement>(null);
  const painter = useRef(new GridPainter());
  const width = useWidth(place);
  const isDark = useDark();
  const [hovered, setHovered] = useState<number>();
  const layout = layOutGrid(states.length, width);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the states, which change in place
  useEffect(() => {
    painter.current.setDark(isDark);
    if (canvas.current !== null && width > 0)
      painter.current.paint(canvas.current, states, layOutGrid(states.length, width));
  }, [states, states.length, version, width, isDark]);
  const taskAt = ({ nativeEvent: { offsetX, offsetY } }: React.MouseEvent): number | undefined => {
    const column = Math.floor(offsetX / layout.cell);
    const index = Math.floor(offsetY / layout.cell) * layout.columns + column;
    return column < layout.columns && index < states.length ? index : undefined;
  };
  return (
    <figure className="grid" ref={place}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${states.length} ${kind} tasks by state`}
        onMouseMove={event => setHovered(taskAt(event))}
        onMouseLeave={() => setHovered(undefined)}
        onClick={event => {
          const index = taskAt(event);
          if (index !== undefined) onChoose(index);
        }}
      />
      <figcaption>
        <TaskFinder kind={kind} tasks={states.length} onChoose={onChoose} />
        <span>{hovered === undefined ? '' : `${kind} task ${hovered}: ${taskStates[states.at(hovered)]}`}</span>
      </figcaption>
    </figure>
  );
}

interface TaskFinderProps {
  readonly kind: string;
  readonly tasks: number;
  readonly onChoose: (index: number) => void;
}

/** The way to a task without a mouse. */
function TaskFinder({ kind, tasks, onChoose }: TaskFinderProps) {
  return (
    <form
      className="finder"
      onSubmit={event => {
        event.preventDefault();
        onChoose(Number(new FormData(event.currentTarget).get('index')));
      }}
    >
      <label>
        Look at {kind} task <input name="index" type="number" min={0} max={tasks - 1} defaultValue={0} required />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}
