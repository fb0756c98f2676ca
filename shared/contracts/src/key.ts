/** API keys, and sessions of browsers that were opened with one. */
import { z } from 'zod';
import { keyRoleSchema } from './access.js';
import { accessLimits } from './access-limits.js';

const time = z.iso.datetime();

/** Also the client that owns what is done with the key, and a directory's name: `users/<name>`. */
export const keyNameSchema = z
  .string()
  .regex(
    new RegExp(`^[a-z0-9][a-z0-9_-]{0,${accessLimits.keyNameLengthMax - 1}}$`),
    'must be a name of lower-case letters, digits, - and _',
  );

export const keyRequestSchema = z
  .strictObject({
    name: keyNameSchema.meta({
      description: 'Keys of one name are one client: what one of them makes, all of them own',
    }),
    role: keyRoleSchema,
    expires_at: time.optional().meta({ description: 'From then on the key is refused. Without it, it never expires' }),
  })
  .meta({ id: 'KeyRequest' });
export type KeyRequest = z.input<typeof keyRequestSchema>;

export const keyIdSchema = z.string().regex(/^[ks][0-9a-hjkmnp-tv-z]{16}$/, 'is not the id of a key');

export const keySchema = z
  .object({
    key_id: keyIdSchema,
    name: z.string(),
    role: keyRoleSchema,
    source: z.enum(['created', 'settings']).meta({ description: '`settings`: it comes from GRIDMR_API_KEYS' }),
    created_at: time.nullable(),
    expires_at: time.nullable(),
    last_used_at: time.nullable().meta({ description: 'A minute behind at most' }),
  })
  .meta({ id: 'Key' });
export type Key = z.infer<typeof keySchema>;

export const createdKeySchema = keySchema
  .extend({ secret: z.string().meta({ description: 'Shown this once: only its hash is stored' }) })
  .meta({ id: 'CreatedKey' });
export type CreatedKey = z.infer<typeof createdKeySchema>;

export const sessionRequestSchema = z
  .strictObject({ key: z.string().min(1).max(accessLimits.secretLengthMax) })
  .meta({ id: 'SessionRequest' });

/** Who a caller is. */
export const sessionSchema = z
  .object({
    authentication: z.enum(['on', 'off']),
    client_id: z.string(),
    role: keyRoleSchema,
    key_id: keyIdSchema.nullable(),
    expires_at: time.nullable().meta({ description: 'Of the session, or of the key that is sent with each request' }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof sessionSchema>;

/** What a browser's session is kept in. */
export const sessionCookie = 'gridmr_session';
