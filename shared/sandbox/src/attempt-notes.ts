/** What the guest says it counted and logged, checked: it is untrusted. */
import { sandboxLimits } from '@gridmr/contracts';
import type { AttemptNotes } from '@gridmr/engine';
import { z } from 'zod';
import { ForgedHandOverError } from './forged-hand-over-error.js';

const notesSchema = z.object({
  counters: z
    .array(z.tuple([z.string().min(1).max(sandboxLimits.counterNameLengthMax), z.number()]))
    .max(sandboxLimits.countersMax),
  logLines: z.array(z.string().max(sandboxLimits.logLineLengthMax)).max(sandboxLimits.logLinesMax),
  droppedLines: z.number().int().nonnegative(),
});

/** @param json what the prelude's `notes` gave */
function readAttemptNotes(json: string): AttemptNotes {
  const notes = notesSchema.safeParse(parse(json));
  if (!notes.success) throw new ForgedHandOverError('counters or log lines that are malformed');
  const userCounters = {};
  for (const [name, value] of notes.data.counters) {
    // A user may name a counter `__proto__`.
    Object.defineProperty(userCounters, name, { value, enumerable: true, writable: true, configurable: true });
  }
  const { logLines, droppedLines } = notes.data;
  return { userCounters, logLines, droppedLines };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Of the commonest attempt, which neither counts nor logs: checking that it did takes longer than its record. */
const nothingNoted = JSON.stringify({ counters: [], logLines: [], droppedLines: 0 });

/** The guest tells each line of its log once, and its counters as they are. Throws for more lines than it may log. */
export function addNotes({ logLines: before }: AttemptNotes, json: string): AttemptNotes {
  if (json === nothingNoted) return { userCounters: {}, logLines: before };
  const { userCounters, logLines, droppedLines } = readAttemptNotes(json);
  const all = [...before, ...logLines];
  if (all.length > sandboxLimits.logLinesMax) throw new ForgedHandOverError('too many log lines');
  return { userCounters, logLines: all, ...(droppedLines ? { droppedLines } : {}) };
}

/** @param json of a guest that has failed: what it says may be anything */
export function notesUntilFailure(before: AttemptNotes, json: string | undefined): AttemptNotes | undefined {
  try {
    return json === undefined ? undefined : addNotes(before, json);
  } catch {
    return undefined;
  }
}
