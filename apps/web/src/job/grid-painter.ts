/**
 * Paints the squares of a grid, and only those that have changed since it painted last: ten thousand squares are many for a browser that
 * has no graphics card to help it, the few of a frame are not.
 */
import { type TaskStates, taskStates } from '../live/task-states.js';
import { fitCanvas } from '../parts/fit-canvas.js';

const cellMax = 14;
const cellMin = 3;
/** Of a stage's grid; smaller cells where there are many tasks. */
const heightMax = 260;
/** Below it, cells have hardly room for a gap. */
const smallCell = 5;
const nothing = 255;

export interface GridLayout {
  readonly cell: number;
  readonly columns: number;
  readonly width: number;
}

/** The greatest cells with which all tasks fit. */
export function layOutGrid(tasks: number, width: number): GridLayout {
  for (let cell = cellMax; cell > cellMin; cell--) {
    const columns = Math.max(1, Math.floor(width / cell));
    if (Math.ceil(tasks / columns) * cell <= heightMax) return { cell, columns, width };
  }
  return { cell: cellMin, columns: Math.max(1, Math.floor(width / cellMin)), width };
}

export class GridPainter {
  /** The state in which each task was painted last. */
  #painted = new Uint8Array(0);
  #shape = '';
  #isDark: boolean | undefined;

  /** Colours are others in the dark: all is painted anew. */
  setDark(isDark: boolean): void {
    if (this.#isDark !== isDark) this.#shape = '';
    this.#isDark = isDark;
  }

  paint(canvas: HTMLCanvasElement, states: TaskStates, layout: GridLayout): void {
    const context = canvas.getContext('2d');
    if (context === null) return;
    const shape = `${states.length} ${layout.width} ${window.devicePixelRatio}`;
    if (shape !== this.#shape) this.#begin(canvas, states.length, layout);
    this.#shape = shape;
    this.#paintChanged(canvas, context, states, layout);
  }

  /** An empty canvas of the right size. */
  #begin(canvas: HTMLCanvasElement, tasks: number, { cell, columns, width }: GridLayout): void {
    fitCanvas(canvas, width, Math.max(cell, Math.ceil(tasks / columns) * cell));
    this.#painted = new Uint8Array(tasks).fill(nothing);
  }

  #paintChanged(
    canvas: HTMLCanvasElement,
    context: CanvasRenderingContext2D,
    states: TaskStates,
    { cell, columns }: GridLayout,
  ): void {
    const style = getComputedStyle(canvas);
    const colours = taskStates.map(state => style.getPropertyValue(`--${state}`));
    const side = cell - (cell > smallCell ? 1.5 : 0.5);
    let last = nothing;
    for (let task = 0; task < states.length; task++) {
      const state = states.at(task);
      if (this.#painted[task] === state) continue;
      this.#painted[task] = state;
      if (state !== last) context.fillStyle = colours[state] ?? '';
      last = state;
      const x = (task % columns) * cell;
      const y = Math.floor(task / columns) * cell;
      // What is left of the colour before would shine through at the edges.
      context.clearRect(x, y, cell, cell);
      context.fillRect(x, y, side, side);
    }
  }
}
