/**
 * A page of a job's dead letters, in order of map tasks and of the records in each. Memory: the page, and a piece of one file. A cursor names the place of the
 * next letter: places of a committed file never change, so each letter is listed once, also while the job runs; of a task that is committed behind a
 * reader's back, none is listed to that reader.
 */
import {
  type DeadLetter,
  deadLetterLimits,
  type Page,
  publicTaskId,
  skippedRecordSchema,
  taskId,
} from '@gridmr/contracts';
import type { BlobStore, JobStore } from '@gridmr/storage';
import { z } from 'zod';
import { invalidInput } from '../parse-input.js';
import { findLetterFiles, type LetterFile, readRenamed } from './find-letter-files.js';

const count = z.number().int().nonnegative();
const cursorSchema = z.strictObject({ index: count, at: count });
type Place = z.infer<typeof cursorSchema>;

const newline = 0x0a;

interface PlacedLetter {
  readonly place: Place;
  readonly letter: DeadLetter;
}

export async function readLetterPage(
  store: BlobStore,
  jobs: JobStore,
  jobId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<DeadLetter>> {
  const from = cursor === undefined ? { index: 0, at: 0 } : decodePlace(cursor);
  const items: DeadLetter[] = [];
  for await (const { place, letter } of lettersFrom(store, jobs, jobId, from)) {
    if (items.length === limit) return { items, next_cursor: encodePlace(place) };
    items.push(letter);
  }
  return { items, next_cursor: null };
}

async function* lettersFrom(
  store: BlobStore,
  jobs: JobStore,
  jobId: string,
  from: Place,
): AsyncGenerator<PlacedLetter, void> {
  for await (const file of findLetterFiles(store, jobs, jobId, from.index)) {
    const start = file.index === from.index ? from.at : 0;
    if (start >= file.bytes) continue;
    const task_id = publicTaskId(taskId(jobId, 'map', file.index));
    for await (const { at, line } of linesFrom(store, jobId, file, start)) {
      yield { place: { index: file.index, at }, letter: { task_id, ...readLine(file, line) } };
    }
  }
}

/** Whole lines, and where they begin. Reads from a byte before `start` on, which ends a line if the cursor is one of ours. */
async function* linesFrom(store: BlobStore, jobId: string, file: LetterFile, start: number) {
  let at = Math.max(0, start - 1);
  let rest = Buffer.alloc(0);
  for await (const piece of readRenamed(store, jobId, file, at)) {
    rest = Buffer.concat([rest, piece]);
    if (at < start) {
      if (rest[0] !== newline) throw badCursor();
      rest = rest.subarray(1);
      at = start;
    }
    let from = 0;
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline, from)) {
      yield { at: at + from, line: rest.subarray(from, end) };
      from = end + 1;
    }
    rest = rest.subarray(from);
    at += from;
    if (rest.length > deadLetterLimits.lineBytesMax) throw damaged(file);
  }
  if (rest.length > 0) throw damaged(file);
}

function readLine(file: LetterFile, line: Buffer) {
  try {
    return skippedRecordSchema.parse(JSON.parse(line.toString('utf8')));
  } catch (cause) {
    throw damaged(file, cause);
  }
}

function damaged({ path }: LetterFile, cause?: unknown): Error {
  return new Error(`${path} is not a file of dead letters`, { cause });
}

function encodePlace(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Whoever sends one back may have changed it. */
function decodePlace(cursor: string): Place {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw badCursor();
  }
}

function badCursor(): Error {
  return invalidInput([
    { path: 'cursor', message: 'is not a cursor of this list; use next_cursor of the page before' },
  ]);
}
