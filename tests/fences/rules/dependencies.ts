/** Dependencies are pinned, and the lockfile knows them. */
import type { Rule, SourceFile } from '../source-file.js';

type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
}

const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

function manifests(files: readonly SourceFile[]): { path: string; manifest: Manifest }[] {
  return files
    .filter(file => /^((apps|shared)\/[^/]+\/|tests\/)?package\.json$/.test(file.path))
    .map(file => ({ path: file.path, manifest: JSON.parse(file.text) }));
}

export const pinnedDependencies: Rule = files =>
  manifests(files).flatMap(({ path, manifest }) =>
    kinds
      .flatMap(kind => Object.entries(manifest[kind] ?? {}))
      .filter(([, version]) => !exactVersion.test(version))
      .map(([name, version]) => `${path}: ${name} is not pinned to one version: ${version}`),
  );

export const lockfileInStep: Rule = files => {
  const lock = files.find(file => file.path === 'package-lock.json');
  if (lock === undefined) return ['package-lock.json: is missing'];
  const locked: Record<string, Manifest> = JSON.parse(lock.text).packages;
  return manifests(files).flatMap(({ path, manifest }) => {
    const entry = locked[path.replace(/\/?package\.json$/, '')];
    if (entry === undefined) return [`${path}: is not in package-lock.json; run npm install`];
    return kinds
      .filter(kind => !sameVersions(manifest[kind], entry[kind]))
      .map(kind => `${path}: ${kind} and package-lock.json differ; run npm install`);
  });
};

function sameVersions(a: Versions = {}, b: Versions = {}): boolean {
  const text = (versions: Versions) => JSON.stringify(Object.entries(versions).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}
