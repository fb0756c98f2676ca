/**
 * k-means by repeated jobs: the driver keeps the centres, each round is a job that moves them.
 *
 * What changes from round to round is small and goes along as parameters; what is big, the points, stays where it is.
 *
 *     node examples/k-means/drive.mjs                                   on this machine
 *     node examples/k-means/drive.mjs --url http://127.0.0.1:8000       by a server
 */
import { chooseRunner } from '../runners.mjs';

const roundsMax = 20;
const stillness = 1e-6;

const runner = await chooseRunner();
const jobFile = new URL('assign-points.mjs', import.meta.url);

let centres = [
  [0, 0],
  [10, 0],
  [5, 10],
];
for (let round = 1; round <= roundsMax; round++) {
  const lines = await runner.results(jobFile, { parameters: { centres } });
  const moved = [...centres];
  for (const line of lines) {
    const { key, value } = JSON.parse(line);
    moved[key] = value.centre;
  }
  const distance = Math.max(...moved.map(([x, y], i) => Math.hypot(x - centres[i][0], y - centres[i][1])));
  centres = moved;
  console.error(`round ${round}: the centres moved by ${distance.toFixed(6)}`);
  if (distance < stillness) break;
}
console.log(JSON.stringify(centres));
