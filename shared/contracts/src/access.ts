/** Who may do what: the roles of API keys, and what each route asks of its caller. */
import { z } from 'zod';

export const keyRoleSchema = z.enum(['admin', 'user', 'viewer']).meta({
  description:
    '`viewer` reads all jobs, files and workers, and changes nothing. `user` reads and changes what is its own. `admin` may do everything.',
});
export type KeyRole = z.infer<typeof keyRoleSchema>;

/** The roles of keys, and that of a program which does nothing but collect metrics. */
export type CallerRole = KeyRole | 'scraper';

/**
 * What a route asks of its caller. `public`: nothing, not even a key. `read` and `write`: a key of a role that may read or change things;
 * which of them is for the owner's check. `scrape`: what monitoring collects. `admin`: keys, the audit log, other people's queues.
 */
export type Access = 'public' | 'read' | 'write' | 'scrape' | 'admin';

const allowed: Readonly<Record<CallerRole, readonly Access[]>> = {
  admin: ['public', 'read', 'write', 'scrape', 'admin'],
  user: ['public', 'read', 'write'],
  viewer: ['public', 'read'],
  scraper: ['public', 'scrape'],
};

export function mayAccess(role: CallerRole, access: Access): boolean {
  return allowed[role].includes(access);
}
