/**
 * Redis servers that a test starts, kills and starts again: one by itself, one as a node of a Cluster, or a Sentinel. Each lives in a directory of its
 * own, on a free port of 127.0.0.1, and is gone after the test.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { TestProcess } from './processes.js';
import { TemporaryDirectory } from './temporary-directory.js';
import type { TestCertificate } from './test-certificate.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);
const host = '127.0.0.1';
/** A node of a Cluster takes a second port, so much higher. */
const busPortOffset = 10_000;
const portMax = 65_535;

export interface PrivateRedisOptions {
  readonly password?: string | undefined;
  /** All that speaks to it does so over TLS. */
  readonly certificate?: TestCertificate | undefined;
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
  readonly isSentinel?: boolean;
}

export class PrivateRedis implements AsyncDisposable {
  readonly port: number;
  readonly #options: PrivateRedisOptions;
  readonly #directory: TemporaryDirectory;
  #process: TestProcess | undefined;

  private constructor(port: number, options: PrivateRedisOptions, directory: TemporaryDirectory) {
    this.port = port;
    this.#options = options;
    this.#directory = directory;
  }

  /** Returns when it answers. Throws where `redisPrograms` finds nothing. */
  static async start(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
    const directory = await TemporaryDirectory.create('redis');
    const server = new PrivateRedis(await lowPort(), options, directory);
    await directory.write('redis.conf', server.#configuration());
    try {
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** `host:port`, as URLs have it. */
  get address(): string {
    return `${host}:${this.port}`;
  }

  /** Again, after it was killed. */
  async start(): Promise<void> {
    const { server } = programs();
    const mode = this.#options.isSentinel === true ? ['--sentinel'] : [];
    const started = TestProcess.spawn(server, { args: [this.#directory.resolve('redis.conf'), ...mode] });
    this.#process = started;
    await waitUntil(`Redis on port ${this.port}`, async () => {
      if (started.hasExited) return 'gone';
      return (await this.command('PING')) === 'PONG';
    });
    if (started.hasExited) throw new Error(`Redis has not started:\n${started.stdout}${started.stderr}`);
  }

  /** As when its machine fails. */
  async crash(): Promise<void> {
    await this.#process?.crash();
  }

  /** What `redis-cli` prints about the answer. */
  async command(...words: string[]): Promise<string> {
    const { password, certificate } = this.#options;
    const tls = certificate === undefined ? [] : ['--tls', '--cacert', certificate.certificateFile];
    const env = { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) };
    const { stdout } = await run(programs().cli, ['-h', host, '-p', String(this.port), ...tls, ...words], { env });
    return stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.crash();
    await this.#directory[Symbol.asyncDispose]();
  }

  #configuration(): string {
    const { password, certificate, config = [], isSentinel = false } = this.#options;
    const tls = certificate && [
      'port 0',
      `tls-port ${this.port}`,
      `tls-cert-file ${certificate.certificateFile}`,
      `tls-key-file ${certificate.keyFile}`,
      `tls-ca-cert-file ${certificate.certificateFile}`,
      'tls-auth-clients no',
      'tls-replication yes',
    ];
    const login = password === undefined ? [] : [`requirepass ${password}`];
    const asMaster = isSentinel ? [] : ['save ""', ...(password === undefined ? [] : [`masterauth ${password}`])];
    return [
      `bind ${host}`,
      ...(tls ?? [`port ${this.port}`]),
      `dir ${JSON.stringify(this.#directory.path)}`,
      ...login,
      ...asMaster,
      ...config,
      '',
    ].join('\n');
  }
}

export interface RedisPrograms {
  readonly server: string;
  readonly cli: string;
}

/** Undefined, with the reason printed, where there are none. */
export function redisPrograms(): RedisPrograms | undefined {
  const places = (process.env.PATH ?? '').split(delimiter);
  const find = (name: string) => places.map(place => join(place, name)).find(path => existsSync(path));
  for (const kind of ['redis', 'valkey']) {
    const [server, cli] = [find(`${kind}-server`), find(`${kind}-cli`)];
    if (server !== undefined && cli !== undefined) return { server, cli };
  }
  process.stderr.write('    No Redis: neither redis-server and redis-cli nor those of Valkey are on the PATH.\n');
  return undefined;
}

function programs(): RedisPrograms {
  const found = redisPrograms();
  if (found === undefined) throw new Error('there is no redis-server');
  return found;
}

/** Of which the second port exists too. */
async function lowPort(): Promise<number> {
  return waitUntil('a port that is low enough', async () => {
    const port = await freePort(host);
    return port + busPortOffset <= portMax && port;
  });
}
