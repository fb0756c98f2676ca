/** What passes between a process and the embedded queue server that it started. */
import { z } from 'zod';

/** To the server: start, with this password, and on this port if there is one. */
export const embeddedOrderSchema = z.object({ password: z.string(), port: z.number().int().positive().optional() });
export type EmbeddedOrder = z.infer<typeof embeddedOrderSchema>;

/** From the server: it listens. */
export const embeddedReadySchema = z.object({ port: z.number().int().positive() });
export type EmbeddedReady = z.infer<typeof embeddedReadySchema>;
