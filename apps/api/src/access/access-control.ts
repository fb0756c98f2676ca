/** What decides who may do what, in one bundle: made once per API. */
import type { History } from '@gridmr/history';
import type { ApiKey, Logger, Producer } from '@gridmr/runtime';
import { AuditLog } from './audit-log.js';
import { KeyRing } from './key-ring.js';
import { RateLimits, type RatesPerMinute } from './rate-limits.js';
import { Sessions } from './sessions.js';

export interface AccessControl {
  readonly keys: KeyRing;
  readonly sessions: Sessions;
  readonly limits: RateLimits;
  readonly audit: AuditLog;
  /** Proxies in front of the API that may say where a request comes from. */
  readonly trustedProxies: number;
}

export interface AccessOptions {
  readonly history: History;
  readonly redis: Producer['redis'];
  readonly logger: Logger;
  readonly apiKeys?: readonly ApiKey[] | undefined;
  readonly scrapeKey?: string | undefined;
  readonly isReachable?: boolean;
  /** No limits, if they are not given. */
  readonly rates?: RatesPerMinute;
  readonly trustedProxies?: number;
}

export function createAccessControl({
  history,
  redis,
  logger,
  apiKeys = [],
  scrapeKey,
  isReachable = false,
  rates = { reads: 0, changes: 0 },
  trustedProxies = 0,
}: AccessOptions): AccessControl {
  const keys = new KeyRing({ records: history.keys, fromSettings: apiKeys, scrapeKey, isReachable, logger });
  return {
    keys,
    sessions: new Sessions(history.keys, keys),
    limits: new RateLimits(redis, rates, logger),
    audit: new AuditLog(history.audit, logger),
    trustedProxies,
  };
}
