/**
 * From what went wrong in a guest to an error that its author understands: which function, where in the user's own source, on which record.
 */

import { bytesPerMb, type JobError, type ProgramSource, sandboxLimits } from '@gridmr/contracts';
import { z } from 'zod';
import { framesInUserCode, type ProgramPart, partsOf, userPosition } from './program-parts.js';

const guestErrorSchema = z.tuple([z.string(), z.string(), z.string()]);
export interface GuestError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** @param json what the prelude's `readError` gave. Throws for anything else. */
export function readGuestError(json: string): GuestError {
  const [name, message, stack] = guestErrorSchema.parse(JSON.parse(json));
  return { name, message, stack };
}

export const unreadableError: GuestError = { name: '', message: 'the error could not be read', stack: '' };

/** Which user function the host called. */
export type UserFunction = 'map' | 'reduce' | 'combine' | 'partition' | 'setup' | 'teardown' | 'load';

const partOfFunction: Partial<Record<UserFunction, ProgramPart>> = {
  map: 'map_function',
  reduce: 'reduce_function',
  combine: 'combine_function',
  partition: 'partition_function',
};

/** Where user code was when it failed. */
export interface FailurePlace {
  readonly source: ProgramSource;
  readonly running: UserFunction;
  /** Path, offset and text of the record, or the key as its text. */
  readonly record: Partial<Pick<JobError, 'input_path' | 'offset' | 'record'>>;
}

/** The limit that ended the guest, if one did: its memory, the attempt's time, the time of one record, or the stack of the engine itself. */
export type ReachedLimit = 'memory' | 'time' | 'record_time' | 'stack' | undefined;

export interface Limits {
  readonly memoryBytes: number;
  readonly deadlineMs: number;
  /** Where bad records are skipped. */
  readonly recordMs?: number | undefined;
}

export function jobErrorOf(error: GuestError, place: FailurePlace, reached: ReachedLimit, limits: Limits): JobError {
  const { code, message } = judge(error, place, reached, limits);
  return {
    code,
    message: cut(message, sandboxLimits.errorMessageLengthMax),
    function: partRunning(place),
    ...positionOf(error, place.source),
    ...place.record,
  };
}

/** A record is not what the input's format says: the input's fault, not the program's. */
export function invalidRecord(place: FailurePlace['record'], fault: string): JobError {
  const message = `${place.input_path}: the record at byte ${place.offset} ${fault}`;
  return { code: 'invalid_record', message: cut(message, sandboxLimits.errorMessageLengthMax), ...place };
}

function judge(error: GuestError, place: FailurePlace, reached: ReachedLimit, limits: Limits) {
  const running = place.running === 'load' ? 'the program' : place.running;
  if (reached === 'time') {
    const message = `${running} was stopped: the attempt may run for ${limits.deadlineMs / 1000} s`;
    return { code: 'task_timeout', message } as const;
  }
  if (reached === 'record_time') {
    const seconds = (limits.recordMs ?? 0) / 1000;
    const message = `${running} was stopped: where bad records are skipped, one may take ${seconds} s, or as many steps as that is on a slow machine`;
    return { code: 'task_timeout', message } as const;
  }
  if (reached === 'memory') {
    const mib = Math.floor(limits.memoryBytes / bytesPerMb);
    const message = `${running} needs more than the ${mib} MiB of memory that a sandbox has`;
    return { code: 'memory_limit', message } as const;
  }
  const message = error.name === '' ? error.message : `${error.name}: ${error.message}`;
  return { code: 'user_code_error', message: message === '' ? 'an error without a message' : message } as const;
}

function partRunning({ source, running }: FailurePlace): ProgramPart {
  return source.form === 'module' ? 'program' : (partOfFunction[running] ?? 'map_function');
}

function positionOf(
  error: GuestError,
  source: ProgramSource,
): Pick<JobError, 'function' | 'line' | 'column' | 'frames'> {
  const texts = new Map(partsOf(source).map(({ part, text }) => [part, text]));
  const frames = framesInUserCode(error.stack).flatMap(({ name, part, position }) => {
    const text = texts.get(part);
    if (text === undefined) return [];
    const shown = cut(name === '<anonymous>' ? '' : name, sandboxLimits.errorFrameNameLengthMax);
    return [{ name: shown, function: part, ...userPosition(part, text, position) }];
  });
  const [innermost, ...callers] = frames;
  if (innermost === undefined) return {};
  const { name: _, ...place } = innermost;
  return callers.length === 0 ? place : { ...place, frames };
}

/** Cut to a length, without half a surrogate pair at its end. */
export function cut(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '');
}
