/** What crosses between a guarded thread and its owner. Errors lose their class on the way, so their fields travel as data. */
import { jobErrorSchema, problemCodes, problemSchema, RequestError, TaskError } from '@gridmr/contracts';
import { z } from 'zod';
import { ThreadRequestError } from './thread-errors.js';

const failureSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('task'), error: jobErrorSchema }),
  z.object({
    type: z.literal('request'),
    code: z.enum(problemCodes),
    detail: z.string(),
    fields: problemSchema.partial(),
  }),
  z.object({
    type: z.literal('other'),
    name: z.string(),
    message: z.string(),
    code: z.string().optional(),
    stack: z.string().optional(),
  }),
]);
type Failure = z.infer<typeof failureSchema>;

/** From the thread. */
export const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('answer'), id: z.number().int(), result: z.unknown() }),
  z.object({ kind: z.literal('failure'), id: z.number().int(), failure: failureSchema }),
  z.object({ kind: z.literal('notice'), id: z.number().int(), notice: z.unknown() }),
]);
export type Reply = z.infer<typeof replySchema>;

/** To the thread. */
export interface RequestMessage {
  readonly id: number;
  readonly request: unknown;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof TaskError) return { type: 'task', error: error.error };
  if (error instanceof RequestError) {
    return { type: 'request', code: error.code, detail: error.message, fields: error.fields };
  }
  if (!(error instanceof Error)) return { type: 'other', name: 'Error', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { type: 'other', name: error.name, message: error.message, code, stack: error.stack };
}

export function errorOf(failure: Failure): Error {
  switch (failure.type) {
    case 'task':
      return new TaskError(failure.error);
    case 'request':
      return new RequestError(failure.code, failure.detail, failure.fields);
    case 'other':
      return new ThreadRequestError(failure.name, failure.message, failure.code, failure.stack);
  }
}
