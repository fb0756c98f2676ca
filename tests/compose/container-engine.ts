/** The container engine of this machine, by its command line: Docker's, with Compose v2 or v1. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const outputBytesMax = 16 * 1024 * 1024;
const askMs = 10_000;

export async function runCommand(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = { env: { ...process.env, DOCKER_BUILDKIT: '0', ...env }, maxBuffer: outputBytesMax };
  const { stdout } = await run(command, [...args], options);
  return stdout.trim();
}

/** Why the containers cannot be tested here; undefined if they can. */
export async function whyNoEngine(): Promise<string | undefined> {
  if (!process.env.GRIDMR_TEST_COMPOSE) return '`npm run test:compose` runs it: it takes minutes';
  try {
    await run('docker', ['info'], { timeout: askMs });
  } catch {
    return 'no Docker engine answers on this machine';
  }
  return (await composeCommand()) === undefined
    ? 'neither `docker compose` nor docker-compose is installed'
    : undefined;
}

/** Compose v2 is a plugin of `docker`, v1 a program of its own. */
export async function composeCommand(): Promise<readonly string[] | undefined> {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...args] = command;
    const works = await run(program, [...args, 'version'], { timeout: askMs }).then(
      () => true,
      () => false,
    );
    if (works) return command;
  }
  return undefined;
}
