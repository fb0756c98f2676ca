/** The kustomizations, rendered, against the schemas of Kubernetes and KEDA, and what they promise of each pod. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { settingNames } from '@gridmr/runtime';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { type Manifest, misspeltFields, typeOf } from './manifest-types.js';
import { readYaml, root } from './repository-files.js';

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly object[];
  readonly securityContext: object;
  readonly resources: {
    readonly limits: Readonly<Record<string, string>>;
    readonly requests: Readonly<Record<string, string>>;
  };
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly livenessProbe?: object;
  readonly startupProbe?: object;
  readonly readinessProbe?: object;
}
interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: object;
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: object }[];
}

const kustomizations = ['base', 'autoscaled', 'object-storage'];

/** Rendered by kubectl or kustomize, whichever is there; the files of the base as they stand, if neither is. */
async function render(name: string): Promise<Manifest[]> {
  const directory = join(root, 'infra/kubernetes', name);
  for (const [program, ...args] of [
    ['kubectl', 'kustomize'],
    ['kustomize', 'build'],
  ] as const) {
    if (spawnSync(program, [...args, '--help'], { stdio: 'ignore' }).status !== 0) continue;
    const text = execFileSync(program, [...args, directory], { encoding: 'utf8' });
    return parseAllDocuments(text).map(document => document.toJS() as Manifest);
  }
  process.stderr.write(`Neither kubectl nor kustomize is here: of ${name}, only its own files are tested.\n`);
  const [file] = await readYaml(`infra/kubernetes/${name}/kustomization.yaml`);
  const own = (file as { resources: string[] }).resources.filter(path => path.endsWith('.yaml'));
  const all = await Promise.all(own.map(path => readYaml(`infra/kubernetes/${name}/${path}`)));
  return all.flat() as Manifest[];
}

function pods(manifests: readonly Manifest[]): [string, PodSpec][] {
  return manifests
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ metadata, spec }) => [metadata.name, (spec as { template: { spec: PodSpec } }).template.spec]);
}

describe('infra/kubernetes', function () {
  this.timeout(60_000);

  for (const name of kustomizations) {
    describe(name, () => {
      let manifests: Manifest[];
      before(async () => {
        manifests = await render(name);
      });

      it('is valid by the schemas of Kubernetes and KEDA', () => {
        for (const manifest of manifests) {
          const Model = typeOf(manifest);
          expect(() => new Model(manifest).validate(), `${manifest.kind} ${manifest.metadata.name}`).to.not.throw();
        }
      });

      it('has no field that these do not know', async () => {
        expect(await misspeltFields(manifests)).to.equal('');
      });

      it('confines every pod', () => {
        for (const [pod, spec] of pods(manifests)) {
          expect(spec, pod).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
          expect(spec.securityContext, pod).to.deep.include({
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          });
          expect(spec.volumes.filter(({ hostPath }) => hostPath !== undefined)).to.deep.equal([]);
          for (const { securityContext, resources, livenessProbe, startupProbe } of spec.containers) {
            expect(securityContext, pod).to.deep.equal({
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            });
            expect(resources.limits, pod).to.include.keys('memory', 'ephemeral-storage');
            expect(resources.requests, pod).to.include.keys('memory', 'cpu');
            expect([livenessProbe, startupProbe]).to.not.include(undefined);
          }
        }
      });

      it('gives a worker the address of Redis, and no other secret', () => {
        for (const [pod, { containers }] of pods(manifests)) {
          const [{ env = [], envFrom = [], readinessProbe }] = containers as [Container];
          const secrets = JSON.stringify(envFrom).includes('gridmr-secrets');
          if (pod === 'gridmr-api') expect([secrets, readinessProbe === undefined]).to.deep.equal([true, false]);
          else expect([secrets, env.map(({ name }) => name)]).to.deep.equal([false, ['GRIDMR_REDIS_URL']]);
        }
      });

      it('selects the pods that it means', () => {
        const labels = pods(manifests).map(([pod]) => pod);
        const selectors = manifests
          .filter(({ kind }) => ['PodDisruptionBudget', 'NetworkPolicy', 'Service'].includes(kind))
          .map(({ spec }) => JSON.stringify(spec).match(/"app.kubernetes.io\/name":"([^"]+)"/)?.[1])
          .filter(selected => selected !== undefined);
        for (const selected of selectors) expect(labels).to.include(selected);
        if (name === 'base') expect(selectors).to.have.length(5);
      });
    });
  }

  it('names settings that there are', async () => {
    const [settings] = await readYaml('infra/kubernetes/base/settings.yaml');
    const [secrets] = await readYaml('infra/kubernetes/secrets.example.yaml');
    const names = [
      ...Object.keys((settings as Manifest).data ?? {}),
      ...Object.keys((secrets as Manifest).stringData ?? {}),
    ];
    expect(names.filter(name => !settingNames.includes(name))).to.deep.equal([]);
  });

  it('with a scaler leaves the number of workers to it; on an object store mounts no volume of data', async function () {
    const [scaled, stored] = await Promise.all([render('autoscaled'), render('object-storage')]);
    if (!scaled.some(({ kind }) => kind === 'Deployment')) this.skip();
    const worker = scaled.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'gridmr-worker');
    expect(worker?.spec).to.not.have.property('replicas');
    expect(stored.map(({ kind }) => kind)).to.not.include('PersistentVolumeClaim');
    for (const [, { volumes, containers }] of pods(stored)) {
      expect(volumes.map(({ name }) => name)).to.deep.equal(['tmp', 'scratch']);
      expect(containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name))).to.deep.equal([
        'tmp',
        'scratch',
      ]);
    }
  });

  it('with a scaler does not take missing figures for missing tasks', async () => {
    const [scaler] = await readYaml('infra/kubernetes/autoscaled/worker-scaler.yaml');
    const { spec } = scaler as { spec: { fallback?: object; triggers: { metadata: object }[] } };
    expect(spec.fallback).to.include({ failureThreshold: 4 });
    for (const { metadata } of spec.triggers) expect(metadata).to.include({ ignoreNullValues: 'false' });
  });

  it('notices a wrong value and a misspelt field', async () => {
    const [budget] = (await readYaml('infra/kubernetes/base/disruption-budgets.yaml')) as [Manifest];
    const Model = typeOf(budget);
    expect(() => new Model({ ...budget, spec: { minAvailable: true } }).validate()).to.throw();
    expect(await misspeltFields([{ ...budget, spec: { minAvaliable: 1 } }])).to.include('minAvaliable');
  });
});
