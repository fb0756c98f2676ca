/** The audit log: who changed what, and who was refused. */
import { z } from 'zod';
import { requestLimits } from './api-limits.js';
import { pageQuerySchema } from './job.js';

const time = z.iso.datetime();

/** The closed list of what is recorded. Every route that changes something names one of them. */
export const auditActions = [
  'job.submit',
  'job.cancel',
  'job.retry',
  'job.delete',
  'file.upload',
  'file.delete',
  'key.create',
  'key.delete',
  'session.open',
  'session.close',
  'benchmark.start',
  'queues.change',
  'caller.refuse',
] as const;
export const auditActionSchema = z.enum(auditActions);
export type AuditAction = z.infer<typeof auditActionSchema>;

export const auditEntrySchema = z
  .object({
    audit_id: z.string(),
    at: time,
    action: auditActionSchema,
    client_id: z.string().nullable().meta({ description: 'Null for a caller that nobody knows' }),
    key_id: z.string().nullable(),
    role: z.string().nullable(),
    address: z.string(),
    target: z
      .string()
      .nullable()
      .meta({ description: 'The job, file or key; for a refused caller, what it asked for' }),
    request_id: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditQuerySchema = pageQuerySchema.extend({
  action: auditActionSchema.optional(),
  client_id: z.string().max(requestLimits.clientIdLengthMax).optional(),
  target: z.string().max(requestLimits.pathLengthMax).optional(),
  after: time.optional(),
  before: time.optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;
