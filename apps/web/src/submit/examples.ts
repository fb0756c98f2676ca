/** Jobs to begin with: each with a program, and inputs that are uploaded by the same click. The first are the dashboard's own, the rest the repository's. */
import type { JobRequest } from '@gridmr/contracts';
import { accessLog, fable } from './sample-inputs.js';

type ExampleRequest = Pick<
  JobRequest,
  'input_format' | 'output_format' | 'num_reducers' | 'on_record_error' | 'parameters'
>;

interface ExampleJob {
  readonly name: string;
  readonly idea: string;
  readonly request: ExampleRequest;
  readonly program: string;
  /** Files or directories of files. */
  readonly inputs: readonly string[];
}

export interface Example extends ExampleJob {
  readonly files: readonly { readonly path: string; readonly content: string | Uint8Array<ArrayBuffer> }[];
}

/** As the build puts them here (`read-examples.mjs`). */
interface OfferedExample extends ExampleJob {
  readonly files: readonly { readonly path: string; readonly base64: string }[];
}
declare const GRIDMR_EXAMPLES: readonly OfferedExample[];

const own: readonly Example[] = [
  {
    name: 'word count',
    idea: 'How often does each word occur?',
    inputs: ['samples/fable.txt'],
    files: [{ path: 'samples/fable.txt', content: fable }],
    request: { input_format: 'text' },
    program: `// Called for each line. Each pair is a key and a value.
export function map(line) {
  const words = line.toLowerCase().match(/[a-z']+/g) ?? [];
  return words.map(word => [word, 1]);
}

// Adds up what one map task found, so that less has to travel.
export const combine = reduce;

// Called for each key, with all its values.
export function reduce(word, counts) {
  return [word, counts.reduce((sum, n) => sum + n, 0)];
}
`,
  },
  {
    name: 'log analysis',
    idea: 'Requests, errors and bytes of each path of a web server.',
    inputs: ['samples/access.log'],
    files: [{ path: 'samples/access.log', content: accessLog }],
    request: { input_format: 'text', on_record_error: 'skip' },
    program: `const line = /^(\\S+) \\S+ \\S+ \\[[^\\]]+\\] "(\\w+) (\\S+) [^"]*" (\\d{3}) (\\d+)/;

export function map(text, ctx) {
  const found = line.exec(text);
  // A line that is none of these becomes a dead letter: the job goes on without it.
  if (found === null) throw new Error('not a line of an access log');
  const [, , , path, status, bytes] = found;
  ctx.count('status ' + status[0] + 'xx');
  return [[path, { requests: 1, errors: status >= '500' ? 1 : 0, bytes: Number(bytes) }]];
}

export const combine = reduce;

export function reduce(path, values) {
  const sum = { requests: 0, errors: 0, bytes: 0 };
  for (const value of values) for (const name of Object.keys(sum)) sum[name] += value[name];
  return [path, sum];
}
`,
  },
  {
    name: 'inverted index',
    idea: 'In which lines does each word stand?',
    inputs: ['samples/fable.txt'],
    files: [{ path: 'samples/fable.txt', content: fable }],
    request: { input_format: 'text', num_reducers: 2 },
    program: `// Where a line begins is its name.
export function map(line, ctx) {
  const words = new Set(line.toLowerCase().match(/[a-z']+/g) ?? []);
  return [...words].map(word => [word, ctx.input.path + ':' + ctx.input.offset]);
}

export function reduce(word, places) {
  return [word, places.toArray().sort()];
}
`,
  },
];

export const examples: readonly Example[] = [...own, ...GRIDMR_EXAMPLES.map(decoded)];

function decoded({ files, ...example }: OfferedExample): Example {
  const bytesOf = (base64: string) => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  return { ...example, files: files.map(({ path, base64 }) => ({ path, content: bytesOf(base64) })) };
}
