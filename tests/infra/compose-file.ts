/**
 * Compose files as Compose reads them: variables filled in, several laid over each other. Only what ours use: maps are merged, lists of a
 * service joined, everything else replaced.
 */
import { readYaml } from './repository-files.js';

export interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile?: string; readonly target?: string };
  readonly user?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly pid?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly pids_limit?: number;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes?: Readonly<Record<string, { readonly driver_opts?: Readonly<Record<string, string>> }>>;
}

type Variables = Readonly<Record<string, string>>;

export async function readCompose(names: readonly string[], variables: Variables = {}): Promise<ComposeFile> {
  const files = await Promise.all(names.map(name => readYaml(`infra/compose/${name}`)));
  return filledIn(files.flat().reduce(laidOver), variables) as ComposeFile;
}

/** `${NAME:-default}` and `$$`. */
function filledIn(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\$|\$\{(\w+):-([^}]*)\}/g, (all, name: string | undefined, fallback = '') =>
      name === undefined ? all.slice(1) : variables[name] || fallback,
    );
  }
  if (Array.isArray(value)) return value.map(item => filledIn(item, variables));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledIn(inner, variables)]));
}

function laidOver(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above)) return [...new Set([...below, ...above])];
  if (!isMap(below) || !isMap(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...keys].map(key => [
      key,
      key in below && key in above ? laidOver(below[key], above[key]) : (above[key] ?? below[key]),
    ]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
