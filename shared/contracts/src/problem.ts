/** How GridMR says what went wrong: problem documents (RFC 9457) over HTTP, job errors inside a job. */
import { z } from 'zod';

/** The closed list of codes in problem documents, each with its HTTP status and title. */
export const problemKinds = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  digest_mismatch: { status: 400, title: 'The content is not what its digest says' },
  path_not_allowed: { status: 400, title: 'The path is outside the data directory' },
  language_not_supported: { status: 400, title: 'This language is not supported' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'This key may not do that' },
  not_found: { status: 404, title: 'Not found' },
  input_not_found: { status: 404, title: 'The input does not exist' },
  method_not_allowed: { status: 405, title: 'The route does not have this method' },
  last_admin_key: { status: 409, title: 'Nobody could make keys any more' },
  path_taken: { status: 409, title: 'Something else stands there' },
  output_exists: { status: 409, title: 'The output path is not empty' },
  idempotency_conflict: { status: 409, title: 'This idempotency key belongs to another request' },
  not_finished: { status: 409, title: 'The job has not finished' },
  not_sorted: { status: 409, title: 'The results are not in key order' },
  no_results: { status: 409, title: 'The job has no results' },
  already_finished: { status: 409, title: 'The job has already finished' },
  not_retryable: { status: 409, title: 'The job has neither failed nor been cancelled' },
  file_exists: { status: 412, title: 'The file exists' },
  quota_exceeded: { status: 413, title: 'The storage quota is used up' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  media_type_not_supported: { status: 415, title: 'The request body is not JSON' },
  range_not_satisfiable: { status: 416, title: 'The file does not have this range' },
  program_does_not_parse: { status: 422, title: 'The program does not parse' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong in GridMR' },
  queue_unavailable: { status: 503, title: 'The queue is not available' },
  database_unavailable: { status: 503, title: 'The database is not available' },
  storage_unavailable: { status: 503, title: 'The data directory is not available' },
} as const;
export type ProblemCode = keyof typeof problemKinds;
export const problemCodes = Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]];

export const fieldErrorSchema = z.object({
  path: z.string().meta({ description: 'The field, as `inputs[2]`; empty for the body itself' }),
  message: z.string(),
});
export type FieldError = z.infer<typeof fieldErrorSchema>;

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(problemCodes),
    request_id: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
    function: z.string().optional(),
    line: z.number().int().optional(),
    column: z.number().int().optional(),
    job_id: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' });
export type Problem = z.infer<typeof problemSchema>;

/**
 * Why an attempt, and with it perhaps its job, failed. The code decides what happens next: see `failureClass`.
 */
export const jobErrorCodes = [
  'user_code_error',
  'memory_limit',
  'disk_limit',
  'task_timeout',
  'record_too_large',
  'invalid_record',
  'invalid_input',
  'input_changed',
  'input_not_found',
  'output_exists',
  'too_many_tasks',
  'storage_error',
  'lost_too_often',
  'internal_error',
] as const;
export const jobErrorCodeSchema = z.enum(jobErrorCodes);
export type JobErrorCode = z.infer<typeof jobErrorCodeSchema>;

/** A call in the user's own source. */
const frameSchema = z.object({
  name: z.string().meta({ description: 'Of the function that was running; empty if it has none' }),
  function: z.string().meta({ description: 'The user function or module it stands in, as `map_function`' }),
  line: z.number().int(),
  column: z.number().int(),
});

export const jobErrorSchema = z
  .object({
    code: jobErrorCodeSchema,
    message: z.string(),
    task_id: z.string().optional(),
    attempt: z.number().int().optional(),
    function: z.string().optional().meta({ description: 'The user function or module, as `map_function`' }),
    line: z.number().int().optional(),
    column: z.number().int().optional(),
    frames: z
      .array(frameSchema)
      .optional()
      .meta({ description: 'How user code came there, innermost first, if through more than one function' }),
    input_path: z.string().optional(),
    offset: z.number().int().optional().meta({ description: 'Byte offset of the record in its input' }),
    record: z.string().optional().meta({ description: 'The first 200 characters of the record or the key' }),
  })
  .meta({ id: 'JobError' });
export type JobError = z.infer<typeof jobErrorSchema>;

/** The three classes of failure: a user error is not retried, a system error is (with backoff). Lost attempts have no error. */
export type FailureClass = 'user' | 'system';

const systemCodes: readonly JobErrorCode[] = ['storage_error', 'internal_error', 'lost_too_often'];

export function failureClass(code: JobErrorCode): FailureClass {
  return systemCodes.includes(code) ? 'system' : 'user';
}
