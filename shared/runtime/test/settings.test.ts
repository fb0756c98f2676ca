import { resolve } from 'node:path';
import { readSettings, SettingsError, stateDirectory } from '@gridmr/runtime';
import { expect } from 'chai';

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  it('has a default for everything', () => {
    const settings = readSettings({ PATH: '/bin' });
    expect(settings).to.include({
      apiHost: '127.0.0.1',
      apiPort: 8000,
      redisUrl: undefined,
      databaseUrl: undefined,
      dataDirectory: resolve('data'),
      workerCpuCores: 1,
      workerMemoryMb: 256,
      taskTimeoutSeconds: 600,
      maxAttempts: 4,
      clientJobs: 1000,
      logLevel: 'info',
      lockSeconds: 7,
      stalledCheckSeconds: 2,
    });
    expect(settings.workers).to.be.at.least(1);
    expect(settings.apiKeys).to.deep.equal([]);
  });

  it('reads what is given', () => {
    const settings = readSettings({
      GRIDMR_API_HOST: '::1',
      GRIDMR_API_PORT: '0',
      GRIDMR_REDIS_URL: 'rediss://:secret@redis.example:6380',
      GRIDMR_DATABASE_URL: 'postgres://user:secret@db/gridmr',
      GRIDMR_DATA_DIR: '/mnt/shared',
      GRIDMR_TASK_TIMEOUT: '0.5',
      GRIDMR_LOCK_SECONDS: '4',
      GRIDMR_LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    });
    expect(settings).to.include({
      apiHost: '::1',
      apiPort: 0,
      redisUrl: 'rediss://:secret@redis.example:6380',
      databaseUrl: 'postgres://user:secret@db/gridmr',
      dataDirectory: '/mnt/shared',
      taskTimeoutSeconds: 0.5,
      lockSeconds: 4,
      logLevel: 'debug',
      otlpEndpoint: 'http://collector:4318',
    });
  });

  it('takes an empty variable as unset', () => {
    expect(readSettings({ GRIDMR_REDIS_URL: '', GRIDMR_WORKER_MEMORY_MB: '' })).to.include({
      redisUrl: undefined,
      workerMemoryMb: 256,
    });
  });

  it('names every fault in one message', () => {
    const bad = {
      GRIDMR_API_PORT: '65536',
      GRIDMR_WORKERS: 'many',
      GRIDMR_WORKER_MEMORY_MB: '1e3',
      GRIDMR_TASK_TIMEOUT: '-1',
      GRIDMR_LOG_LEVEL: 'loud',
      GRIDMR_REDIS_URL: 'http://redis',
      GRIDMR_DATA_DIR: 's3://Bucket/prefix',
      GRIDMR_S3_PATH_STYLE: 'yes',
      GRIDMR_WORKER_CORES: '2',
    };
    expect(() => readSettings(bad)).to.throw(SettingsError, /9 bad settings/);
    for (const name of Object.keys(bad)) {
      expect(() => readSettings(bad)).to.throw(new RegExp(`^  ${name} `, 'm'));
    }
  });

  it('says what is wrong and what is accepted', () => {
    expect(faultsOf({ GRIDMR_API_PORT: 'http' })).to.deep.equal([
      'GRIDMR_API_PORT is "http"; accepted is a whole number from 0 to 65535',
    ]);
    expect(faultsOf({ GRIDMR_LOG_LEVEL: 'loud' })[0]).to.contain('accepted are error, warn, info');
  });

  describe('GRIDMR_DATA_DIR in an object store', () => {
    it('is one address, with the way to the store', () => {
      const place = { GRIDMR_DATA_DIR: 's3://team-data/grid.mr/prod/' };
      const address = (env: Record<string, string>) => readSettings({ ...place, ...env }).dataDirectory;
      expect(address({})).to.equal('s3://team-data/grid.mr/prod');
      expect(address({ GRIDMR_S3_REGION: 'eu-central-1' })).to.equal('s3://team-data/grid.mr/prod?region=eu-central-1');
      const endpoint = { GRIDMR_S3_ENDPOINT: 'https://minio.example:9000' };
      const encoded = 's3://team-data/grid.mr/prod?endpoint=https%3A%2F%2Fminio.example%3A9000';
      expect(address(endpoint)).to.equal(`${encoded}&path_style=true`);
      expect(address({ ...endpoint, GRIDMR_S3_PATH_STYLE: 'false' })).to.equal(encoded);
    });

    it('is refused where no store can be', () => {
      for (const place of [
        's3://',
        's3://b',
        's3://Bucket',
        's3://bucket/../x',
        's3://bucket/a?b=c',
        's3://k:s@bucket',
      ]) {
        const [fault] = faultsOf({ GRIDMR_DATA_DIR: place });
        expect(fault, place).to.match(/^GRIDMR_DATA_DIR is no address of an object store; accepted is s3:\/\/BUCKET/);
      }
      expect(faultsOf({ GRIDMR_DATA_DIR: 'gs://bucket' })[0]).to.contain('is a URL; accepted is a directory');
    });

    it('leaves nothing beside a store that has no directory, but what is told where', () => {
      const bare = readSettings({ GRIDMR_DATA_DIR: 's3://bucket' });
      const both = ['GRIDMR_REDIS_URL', 'GRIDMR_DATABASE_URL'] as const;
      expect(() => stateDirectory(bare, both)).to.throw(
        SettingsError,
        /2 bad settings[\s\S]*GRIDMR_REDIS_URL is not set[\s\S]*GRIDMR_DATABASE_URL is not set[\s\S]*GRIDMR_STATE_DIR/,
      );
      const withRedis = readSettings({ GRIDMR_DATA_DIR: 's3://bucket', GRIDMR_REDIS_URL: 'redis://redis' });
      expect(() => stateDirectory(withRedis, ['GRIDMR_REDIS_URL'])).not.to.throw();
      expect(() => stateDirectory(withRedis, both)).to.throw(SettingsError, /1 bad setting/);
      const told = readSettings({ GRIDMR_DATA_DIR: 's3://bucket', GRIDMR_STATE_DIR: 'state' });
      expect(stateDirectory(told, both)).to.equal(resolve('state'));
      expect(stateDirectory(readSettings({}), both)).to.equal(resolve('data'));
    });
  });

  it('never repeats what may be a secret', () => {
    const secrets = {
      GRIDMR_REDIS_URL: 'http://:hunter2@redis',
      GRIDMR_DATABASE_URL: 'mysql://me:hunter2@db',
      GRIDMR_API_KEYS: 'me:admin:hunter2',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://hunter2',
      GRIDMR_API_SECRET: 'hunter2',
    };
    expect(faultsOf(secrets)).to.have.length(5);
    expect(faultsOf(secrets).join()).not.to.contain('hunter2');
  });

  it('leaves alone what the gridmr command reads in the same shell', () => {
    expect(faultsOf({ GRIDMR_URL: 'http://x', GRIDMR_API_KEY: 'k' })).to.deep.equal([]);
  });

  it('names the nearest setting for an unknown one', () => {
    expect(faultsOf({ GRIDMR_REDIS: 'x', GRIDMR_TASK_TIME_OUT: '1' })).to.deep.equal([
      'GRIDMR_REDIS is not a setting; did you mean GRIDMR_REDIS_URL?',
      'GRIDMR_TASK_TIME_OUT is not a setting; did you mean GRIDMR_TASK_TIMEOUT?',
    ]);
  });

  describe('GRIDMR_API_KEYS', () => {
    const secret = 'a-secret-of-20-chars';

    it('is a list of names, roles and secrets, which may hold colons', () => {
      const { apiKeys } = readSettings({
        GRIDMR_API_KEYS: `ops:admin:${secret}, ann:user:${secret}:2,eve:viewer:${secret}=`,
      });
      expect(apiKeys).to.deep.equal([
        { name: 'ops', role: 'admin', secret },
        { name: 'ann', role: 'user', secret: `${secret}:2` },
        { name: 'eve', role: 'viewer', secret: `${secret}=` },
      ]);
    });

    const faults: [string, string, string][] = [
      ['a name that is no directory', `../x:admin:${secret}`, 'its name'],
      ['an unknown role', `ann:root:${secret}`, 'its role must be one of admin, user, viewer'],
      ['a short secret', 'ann:user:hunter2', 'shorter than 16'],
      ['no secret', 'ann:user', 'shorter than 16'],
      ['a secret with spaces', `ann:user:${secret} ${secret}`, 'other characters'],
      ['the same secret twice', `ann:user:${secret},eve:viewer:${secret}`, 'same secret twice'],
    ];
    for (const [what, value, says] of faults) {
      it(`may not have ${what}`, () => {
        const found = faultsOf({ GRIDMR_API_KEYS: value });
        expect(found).to.have.length(1);
        expect(found[0]).to.contain(says).and.not.contain(secret).and.not.contain('hunter2');
      });
    }
  });
});
