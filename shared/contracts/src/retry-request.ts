/** What `POST /jobs/{id}/retry` accepts: what changes, and nothing of what does not. */
import { z } from 'zod';
import { languageSchema, sourceSchema } from './job-spec.js';

const removable = (what: string) =>
  sourceSchema
    .nullable()
    .optional()
    .meta({ description: `null removes the ${what}` });

export const retryRequestSchema = z
  .strictObject({
    map_function: sourceSchema.optional(),
    reduce_function: sourceSchema.optional(),
    combine_function: removable('combiner'),
    partition_function: removable('function, for the default'),
    program: sourceSchema.optional().meta({ description: 'An ES module, instead of all functions that the job had' }),
    language: languageSchema.optional().meta({ description: "Of the sources given here; the job's own if left out" }),
    parameters: z.record(z.string(), z.json()).optional(),
    max_attempts: z.number().int().min(1).optional(),
    task_timeout: z.number().positive().optional(),
    memory_limit: z.number().int().positive().optional(),
  })
  .superRefine((request, ctx) => {
    if (request.program === undefined) return;
    for (const name of ['map_function', 'reduce_function', 'combine_function', 'partition_function'] as const) {
      if (request[name] === undefined) continue;
      const message = 'cannot be given beside program, which exports the functions';
      ctx.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .meta({ id: 'RetryRequest' });
export type RetryRequest = z.infer<typeof retryRequestSchema>;
