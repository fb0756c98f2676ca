/** API keys, and the audit log: for admins only. */
import {
  auditEntrySchema,
  auditQuerySchema,
  createdKeySchema,
  keyIdSchema,
  keyRequestSchema,
  keySchema,
  pageQuerySchema,
  pageSchema,
  routes,
} from '@gridmr/contracts';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.js';
import { type Route, route } from '../route.js';

const keyPageSchema = pageSchema(keySchema, 'KeyPage');
const auditPageSchema = pageSchema(auditEntrySchema, 'AuditPage');
const keyListQuerySchema = pageQuerySchema.extend({ cursor: keyIdSchema.optional() });

export function keyRoutes({ access, history }: ApiDependencies): Route[] {
  const { keys, sessions } = access;
  return [
    route({
      method: 'post',
      path: routes.keys,
      id: 'createKey',
      access: 'admin',
      audit: 'key.create',
      summary: 'Make an API key',
      description:
        'The first key turns authentication on, and must be one of an admin. To replace a key, make another one of the same name, which has the same jobs and files, ' +
        'give it to whoever uses the old one, then delete the old one.',
      body: keyRequestSchema,
      answers: { 201: { description: 'The key, with its secret, which is not shown again', schema: createdKeySchema } },
      problems: ['last_admin_key', 'database_unavailable'],
      handle: async ({ body }) => {
        const key = await keys.create(body);
        return { status: 201, body: key, target: key.key_id, headers: { 'cache-control': 'no-store' } };
      },
    }),
    route({
      method: 'get',
      path: routes.keys,
      id: 'listKeys',
      access: 'admin',
      summary: 'List the API keys, without their secrets',
      query: keyListQuerySchema,
      answers: { 200: { description: 'A page of keys', schema: keyPageSchema } },
      problems: ['invalid_request', 'database_unavailable'],
      handle: async ({ query: { limit, cursor = '' } }) => {
        const rest = (await keys.list()).filter(({ key_id }) => key_id > cursor);
        const items = rest.slice(0, limit);
        const next_cursor = rest.length > limit ? (items.at(-1)?.key_id ?? null) : null;
        return { status: 200, body: { items, next_cursor } };
      },
    }),
    route({
      method: 'delete',
      path: routes.key('{key_id}'),
      id: 'deleteKey',
      access: 'admin',
      audit: 'key.delete',
      summary: 'Delete an API key',
      description: 'It is refused from now on, by other API processes within 2 seconds; its sessions are closed.',
      params: z.object({ key_id: keyIdSchema }),
      answers: { 204: { description: 'It is gone' } },
      problems: ['not_found', 'last_admin_key', 'database_unavailable'],
      handle: async ({ params }) => {
        await keys.remove(params.key_id);
        sessions.forget();
        return { status: 204, body: undefined };
      },
    }),
    route({
      method: 'get',
      path: routes.audit,
      id: 'listAudit',
      access: 'admin',
      summary: 'Read the audit log, newest first',
      query: auditQuerySchema,
      answers: { 200: { description: 'A page of entries', schema: auditPageSchema } },
      problems: ['invalid_request', 'database_unavailable'],
      handle: async ({ query }) => ({ status: 200, body: await history.audit.list(query) }),
    }),
  ];
}
