/**
 * All tasks of a stage as small squares, coloured by state, on a canvas: ten thousand of them are drawn within a frame, where as many elements
 * would take seconds. What it shows is told in words beside it, for those who cannot see it.
 */
import { useEffect, useRef, useState } from 'react';
import { type TaskStates, taskStates } from '../live/task-states.js';

const cellMax = 14;
const cellMin = 3;
/** Of a stage's grid; smaller cells where there are many tasks. */
const heightMax = 260;

interface TaskGridProps {
  readonly kind: 'map' | 'reduce';
  readonly states: TaskStates;
  /** Changes when the states do. */
  readonly version: number;
  readonly onChoose: (index: number) => void;
}

export function TaskGrid({ kind, states, version, onChoose }: TaskGridProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState<number>();
  useEffect(() => {
    const parent = canvas.current?.parentElement;
    if (parent == null) return;
    const observer = new ResizeObserver(() => setWidth(parent.clientWidth));
    observer.observe(parent);
    return () => observer.disconnect();
  }, []);
  const layout = layOut(states.length, width);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the states, which change in place
  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, states, layOut(states.length, width), width);
  }, [states, states.length, version, width]);
  const taskAt = ({ nativeEvent: { offsetX, offsetY } }: React.MouseEvent): number | undefined => {
    const column = Math.floor(offsetX / layout.cell);
    const index = Math.floor(offsetY / layout.cell) * layout.columns + column;
    return column < layout.columns && index < states.length ? index : undefined;
  };
  return (
    <figure className="grid">
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
        {hovered === undefined ? `${kind} tasks` : `${kind} task ${hovered}: ${taskStates[states.at(hovered)]}`}
      </figcaption>
    </figure>
  );
}

interface Layout {
  readonly cell: number;
  readonly columns: number;
}

/** The greatest cells with which all tasks fit. */
function layOut(tasks: number, width: number): Layout {
  for (let cell = cellMax; cell > cellMin; cell--) {
    const columns = Math.max(1, Math.floor(width / cell));
    if (Math.ceil(tasks / columns) * cell <= heightMax) return { cell, columns };
  }
  return { cell: cellMin, columns: Math.max(1, Math.floor(width / cellMin)) };
}

function draw(canvas: HTMLCanvasElement, states: TaskStates, { cell, columns }: Layout, width: number): void {
  const height = Math.max(cell, Math.ceil(states.length / columns) * cell);
  const ratio = window.devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const gap = cell > 5 ? 1.5 : 0.5;
  // One colour after the other: changing it costs more than drawing a square.
  for (const [value, state] of taskStates.entries()) {
    context.fillStyle = style.getPropertyValue(`--${state}`);
    for (let task = 0; task < states.length; task++) {
      if (states.at(task) !== value) continue;
      context.fillRect((task % columns) * cell, Math.floor(task / columns) * cell, cell - gap, cell - gap);
    }
  }
}
