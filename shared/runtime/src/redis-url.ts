/**
 * Where Redis is, as `GRIDMR_REDIS_URL` says it: one server, a Cluster, or a master that Sentinels watch.
 *
 * ```
 * redis://user:password@host:6379/0
 * redis+cluster://user:password@host:6379,host:6379            some of its nodes; the others are found through them
 * redis+sentinel://user:password@host:26379,host:26379/master-name/0?sentinel_password=…
 * ```
 *
 * With `rediss` instead of `redis` everything travels over TLS, to Sentinels too. Messages never repeat what may be a secret.
 */
import { settingLimits } from '@gridmr/contracts';
import { z } from 'zod';

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

export interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
}

export type RedisPlace =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'cluster'; readonly hosts: RedisHost[]; readonly hasTls: boolean; readonly login: RedisLogin }
  | {
      readonly kind: 'sentinel';
      readonly hosts: RedisHost[];
      readonly hasTls: boolean;
      readonly login: RedisLogin;
      readonly sentinelLogin: RedisLogin;
      readonly masterName: string;
      readonly database: number;
    };

const defaultPorts = { cluster: 6379, sentinel: 26379 } as const;
const portMax = 65_535;
const forms =
  'redis://host:6379, redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379,host:26379/master-name (rediss… for TLS)';

/** Scheme, kind, login, hosts, path, query. What stands before the last `@` is the login. */
const listForm = /^(rediss?)\+(cluster|sentinel):\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const hostForm = /^(\[[\da-f:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/i;
const masterForm = /^([\w.-]+)(?:\/(\d{1,4}))?$/;
const sentinelParameters: readonly string[] = ['sentinel_username', 'sentinel_password'];

class BadUrlError extends Error {}

export const redisPlaceSchema = z.string().transform((text, ctx): RedisPlace => {
  try {
    return placeOf(text);
  } catch (error) {
    if (!(error instanceof BadUrlError)) throw error;
    ctx.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

/** The setting: the text as it was given, since other processes are told it. */
export const redisUrl = z.string().superRefine((text, ctx) => {
  const read = redisPlaceSchema.safeParse(text);
  for (const { message } of read.error?.issues ?? []) ctx.addIssue({ code: 'custom', message });
});

/** Hosts and ports: what may be shown of a URL that holds a password. */
export function shownPlace(place: RedisPlace): string {
  if (place.kind === 'server') return new URL(place.url).host;
  const hosts = place.hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join();
  return place.kind === 'cluster' ? `the cluster of ${hosts}` : `${place.masterName}, by the Sentinels ${hosts}`;
}

function placeOf(text: string): RedisPlace {
  if (/^rediss?:\/\//.test(text)) return serverAt(text);
  const [, scheme, kind, login = '', hostList = '', path = '', query = ''] = listForm.exec(text) ?? [];
  if (scheme === undefined) throw new BadUrlError(`is not a URL of Redis; accepted is ${forms}`);
  const common = { hasTls: scheme === 'rediss', login: loginOf(login) };
  if (kind === 'cluster') {
    if (path !== '' || query !== '') throw new BadUrlError('names a cluster, which has no databases and no parameters');
    return { kind, hosts: hostsOf(hostList, defaultPorts.cluster), ...common };
  }
  const [, masterName, database = '0'] = masterForm.exec(path) ?? [];
  if (masterName === undefined) {
    throw new BadUrlError(
      'names Sentinels without their master; accepted is redis+sentinel://host:26379/master-name/0',
    );
  }
  const hosts = hostsOf(hostList, defaultPorts.sentinel);
  return {
    kind: 'sentinel',
    hosts,
    masterName,
    database: Number(database),
    sentinelLogin: sentinelLogin(query),
    ...common,
  };
}

function serverAt(url: string): RedisPlace {
  const isList = /^rediss?:\/\/[^/?#]*,/.test(url);
  if (isList)
    throw new BadUrlError('names several servers; a list of hosts begins with redis+cluster:// or redis+sentinel://');
  if (!URL.canParse(url) || new URL(url).hostname === '')
    throw new BadUrlError(`is not a URL of Redis; accepted is ${forms}`);
  return { kind: 'server', url };
}

function hostsOf(list: string, defaultPort: number): RedisHost[] {
  const hosts = list.split(',').map(entry => {
    const [, host, port = String(defaultPort)] = hostForm.exec(entry.trim()) ?? [];
    if (host === undefined || Number(port) === 0 || Number(port) > portMax) {
      throw new BadUrlError('has a list of hosts that cannot be read; accepted is host:port,host:port');
    }
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
  if (hosts.length > settingLimits.redisHostsMax) {
    throw new BadUrlError(`names ${hosts.length} hosts; ${settingLimits.redisHostsMax} are enough to find the others`);
  }
  return hosts;
}

/** `user:password`, `:password` or nothing, each part percent-encoded. */
function loginOf(text: string): RedisLogin {
  const colon = text.indexOf(':');
  const username = decoded(colon === -1 ? text : text.slice(0, colon));
  const password = colon === -1 ? '' : decoded(text.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function sentinelLogin(query: string): RedisLogin {
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].some(name => !sentinelParameters.includes(name));
  if (unknown)
    throw new BadUrlError(`has parameters that are not known; accepted are ${sentinelParameters.join(', ')}`);
  const [username, password] = sentinelParameters.map(name => parameters.get(name) ?? '');
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadUrlError('has a user or password that is not percent-encoded');
  }
}
