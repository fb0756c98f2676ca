/** The `gridmr` command as a process of its own, as a shell starts it. */
import { fileURLToPath } from 'node:url';
import { TestProcess } from '@gridmr/testkit';

const bin = fileURLToPath(new URL('../../../apps/cli/bin/gridmr.mjs', import.meta.url));

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function startGridmr(args: readonly string[], { cwd, env }: CommandOptions = {}): TestProcess {
  return TestProcess.spawn(process.execPath, {
    args: ['--enable-source-maps', bin, ...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { GRIDMR_DATA_DIR: undefined, GRIDMR_URL: undefined, GRIDMR_API_KEY: undefined, ...env },
  });
}

/** Runs it to its end. */
export async function gridmr(args: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
  const command = startGridmr(args, options);
  const { code } = await command.exited;
  return { code, stdout: command.stdout, stderr: command.stderr };
}
