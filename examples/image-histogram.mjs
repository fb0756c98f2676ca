/**
 * Image histogram: how bright the pixels of many images are, in 8 steps.
 *
 * `input_format: 'bytes'` gives whole binary files as `{path, bytes}` with a `Uint8Array`. These are PPM, the plainest image format there is: a header of
 * text, then three bytes per pixel. Many small files share a map task; a file is never cut.
 *
 *     npx gridmr run examples/image-histogram.mjs
 */
export const job = { name: 'brightness', input_file: 'examples/images', input_format: 'bytes' };

const steps = 8;

export function map({ path, bytes }, ctx) {
  const header = headerOf(bytes);
  if (header === undefined) return ctx.count('files that are no PPM');
  const counts = new Array(steps).fill(0);
  for (let at = header.end; at + 2 < bytes.length; at += 3) {
    const luma = (299 * bytes[at] + 587 * bytes[at + 1] + 114 * bytes[at + 2]) / 1000;
    counts[Math.min(steps - 1, Math.floor((luma * steps) / 256))]++;
  }
  ctx.emit(path.replace(/^.*\//, ''), counts);
  ctx.emit('all', counts);
}

export function reduce(name, histograms) {
  return [name, histograms.reduce((sum, counts) => sum.map((count, step) => count + counts[step]))];
}

/** `P6`, width, height and greatest value, each after white space; then one more white space. */
function headerOf(bytes) {
  let text = '';
  for (let at = 0; at < Math.min(bytes.length, 64); at++) text += String.fromCharCode(bytes[at]);
  const found = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(text);
  return found === null ? undefined : { end: found[0].length };
}
