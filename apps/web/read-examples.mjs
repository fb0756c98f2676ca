/**
 * The examples of the repository that the dashboard offers, with their inputs, for its build: those that are one job, and whose input is small. What is not
 * there when the dashboard is built, as in an image that leaves examples out, is not offered.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const offered = ['etl', 'top-k', 'secondary-sort', 'join', 'image-histogram'];

/** As `OfferedExample` in `src/submit/examples.ts` says. */
export async function readExamples() {
  const files = offered.map(name => new URL(`examples/${name}.mjs`, root)).filter(file => existsSync(file));
  return Promise.all(files.map(readExample));
}

async function readExample(file) {
  const program = readFileSync(file, 'utf8');
  // Each begins with its name and its idea.
  const [, title = '', idea = ''] = /^\/\*\*\n \* ([^:]+): (.+)$/m.exec(program) ?? [];
  const { job } = await import(file.href);
  const { name: _, inputs = [], input_file = inputs, ...request } = job;
  const paths = [input_file].flat();
  return {
    name: title.toLowerCase().replace('etl', 'ETL'),
    idea: idea.charAt(0).toUpperCase() + idea.slice(1),
    program,
    request,
    inputs: paths.map(uploadedTo),
    files: paths.flatMap(filesUnder).map(path => ({
      path: uploadedTo(path),
      base64: readFileSync(new URL(`data/${path}`, root)).toString('base64'),
    })),
  };
}

function filesUnder(path) {
  const place = new URL(`data/${path}`, root);
  return statSync(place).isDirectory() ? readdirSync(place).map(name => `${path}/${name}`) : [path];
}

/** Beside the dashboard's own; `examples` in a data directory may be somebody's, or the repository's. */
function uploadedTo(path) {
  return path.replace(/^examples\//, 'samples/');
}
