/** What the health routes answer. */
import { z } from 'zod';

export const dependencySchema = z.object({
  status: z.enum(['up', 'down']),
  latency_ms: z.number().optional(),
  detail: z.string().optional(),
});
export type Dependency = z.infer<typeof dependencySchema>;

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    version: z.string(),
    uptime_seconds: z.number(),
    dependencies: z
      .object({ redis: dependencySchema, database: dependencySchema, storage: dependencySchema })
      .optional(),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof healthSchema>;
