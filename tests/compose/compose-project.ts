/** The compose files as a project of its own: started, scaled, hurt, and taken away with its volumes. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { GridmrClient } from '@gridmr/client';
import { freePort, waitUntil } from '@gridmr/testkit';
import { composeCommand, runCommand } from './container-engine.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const secret = randomBytes(16).toString('hex');

export type Service = 'api' | 'worker' | 'redis' | 'postgres' | 'prometheus' | 'nfs';

export class ComposeProject implements AsyncDisposable {
  /** After the run of the tests, which looks for what is left of it. */
  readonly name = `${process.env.GRIDMR_TEST_COMPOSE}-${randomBytes(4).toString('hex')}`;
  readonly #files: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #command: readonly string[];
  /** Volumes of the workers' own: one that is scaled away leaves its behind. */
  readonly #scratch = new Set<string>();
  readonly url: string;
  readonly client: GridmrClient;

  private constructor(files: readonly string[], command: readonly string[], port: number) {
    this.#files = files;
    this.#command = command;
    this.#env = {
      COMPOSE_PROJECT_NAME: this.name,
      PUBLISHED_PORT: String(port),
      GRIDMR_API_KEYS: `tester:admin:${secret}`,
      GRIDMR_SCRAPE_KEY: `scrape-${secret}`,
    };
    this.url = `http://127.0.0.1:${port}`;
    this.client = new GridmrClient({ baseUrl: this.url, apiKey: secret });
  }

  static async create(...files: readonly string[]): Promise<ComposeProject> {
    const command = await composeCommand();
    if (command === undefined) throw new Error('there is no Compose');
    return new ComposeProject(files, command, await freePort());
  }

  /** With its images made from this checkout; as root, of stand-ins for base images that are not there. */
  static async createBuilt(...files: readonly string[]): Promise<ComposeProject> {
    if (process.getuid?.() === 0) await runCommand(`${root}infra/images/make-base-images.sh`, []);
    const project = await ComposeProject.create(...files);
    await project.compose('build');
    return project;
  }

  compose(...args: readonly string[]): Promise<string> {
    const [program = '', ...rest] = this.#command;
    const files = this.#files.flatMap(file => ['-f', `${root}infra/compose/${file}`]);
    return runCommand(program, [...rest, ...files, ...args], this.#env);
  }

  /** With so many workers, and answers when the API and all of them serve. */
  async up(workers: number): Promise<void> {
    await this.compose('up', '-d', '--no-build', '--scale', `worker=${workers}`);
    for (const id of await this.containers('worker')) {
      const names = await this.docker('inspect', '-f', '{{range .Mounts}}{{.Name}} {{end}}', id);
      for (const name of names.split(' ')) if (/^[0-9a-f]{64}$/.test(name)) this.#scratch.add(name);
    }
    await this.untilWorkers(workers);
  }

  async untilWorkers(count: number): Promise<void> {
    await waitUntil(`${count} workers`, async () => {
      const workers = await this.client.workers();
      return workers.filter(({ state }) => state === 'idle' || state === 'busy').length === count;
    });
  }

  /** Ids of the running containers of a service. Names differ between versions of Compose. */
  async containers(service: Service): Promise<string[]> {
    return (await this.compose('ps', '-q', service)).split('\n').filter(id => id !== '');
  }

  async container(service: Service): Promise<string> {
    const [id] = await this.containers(service);
    if (id === undefined) throw new Error(`no container of ${service} runs`);
    return id;
  }

  /** The container of a worker that has a task at hand. */
  async busyWorker(): Promise<string> {
    return waitUntil('a busy worker', async () => {
      const host = (await this.client.workers()).find(({ state }) => state === 'busy')?.host;
      return host === undefined ? undefined : (await this.containers('worker')).find(id => id.startsWith(host));
    });
  }

  docker(...args: readonly string[]): Promise<string> {
    return runCommand('docker', args);
  }

  /** What `command` prints in a container, run as the user of its service. */
  inside(container: string, ...command: readonly string[]): Promise<string> {
    return this.docker('exec', container, ...command);
  }

  /** Until the engine calls every container of the service healthy. */
  async untilHealthy(service: Service): Promise<void> {
    await waitUntil(`healthy ${service}`, async () => {
      const ids = await this.containers(service);
      const states = await Promise.all(ids.map(id => this.docker('inspect', '-f', '{{.State.Health.Status}}', id)));
      return states.length > 0 && states.every(state => state === 'healthy');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose('down', '-v', '--remove-orphans', '-t', '5');
    if (this.#scratch.size > 0) await this.docker('volume', 'rm', '-f', ...this.#scratch);
  }
}
