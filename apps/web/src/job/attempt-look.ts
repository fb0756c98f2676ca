/** How attempts look: a colour for each end they can have, and a pattern for those that must not be taken for another. */
import type { AttemptState } from '@gridmr/contracts';

/** In the order in which they are drawn: what went wrong last, so that nothing hides it. */
export const attemptOrder: readonly AttemptState[] = [
  'committed',
  'running',
  'superseded',
  'cancelled',
  'lost',
  'failed',
];

/** What each means, for people who do not know the words. */
export const attemptMeaning: Readonly<Record<AttemptState, string>> = {
  committed: 'its output counts',
  running: 'at work now',
  superseded: 'another attempt was first',
  cancelled: 'stopped, because it was not needed any more',
  lost: 'its worker stopped reporting',
  failed: 'ended with an error',
};

/** Those are drawn so wide at least, in pixels. */
export const widthMin: Readonly<Record<AttemptState, number>> = {
  committed: 1,
  running: 2,
  superseded: 3,
  cancelled: 3,
  lost: 4,
  failed: 4,
};

const patternPx = 6;

/** Fill for a canvas: plain, or striped for what was lost, superseded or cancelled. */
export function fillOf(context: CanvasRenderingContext2D, state: AttemptState, colour: string, page: string) {
  const isStriped = state === 'lost' || state === 'superseded' || state === 'cancelled';
  if (!isStriped) return colour;
  const tile = document.createElement('canvas');
  tile.width = patternPx;
  tile.height = patternPx;
  const pen = tile.getContext('2d');
  if (pen === null) return colour;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, patternPx, patternPx);
  pen.strokeStyle = page;
  pen.lineWidth = 1.5;
  pen.beginPath();
  if (state === 'lost') slash(pen);
  else if (state === 'superseded') pen.rect(patternPx / 2, 0, 0, patternPx);
  else pen.rect(0, patternPx / 2, patternPx, 0);
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}

function slash(pen: CanvasRenderingContext2D): void {
  for (const shift of [-patternPx, 0, patternPx]) {
    pen.moveTo(shift, patternPx);
    pen.lineTo(shift + patternPx, 0);
  }
}
