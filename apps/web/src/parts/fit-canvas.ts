/** The size of a canvas: in the page's pixels for whoever draws, as sharp as the screen. */

/** Empties it, and gives what to draw with; undefined where the browser has none. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  settings?: CanvasRenderingContext2DSettings,
): CanvasRenderingContext2D | undefined {
  const ratio = window.devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d', settings) ?? undefined;
  context?.scale(ratio, ratio);
  return context;
}
