import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of `programs/` in a process, and a process group, of its own. */
export interface ChildProgram extends AsyncDisposable {
  readonly process: ChildProcess;
  /** All that it has written to stderr, as the JSON lines of a log. */
  log(): Record<string, unknown>[];
  /** The next message that it sends. */
  message(): Promise<unknown>;
  /** Its exit code and signal. */
  readonly exit: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

export function startProgram(name: string, args: readonly string[] = []): ChildProgram {
  const path = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
  const child = fork(path, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text;
  });
  // Not `close`: after a disconnect by the parent Node.js does not emit it.
  const stderrEnd = child.stderr === null ? undefined : once(child.stderr, 'close');
  const exit = once(child, 'exit').then(async ([code, signal]) => {
    await stderrEnd;
    return [code, signal] as const;
  });
  return {
    process: child,
    exit,
    log: () =>
      stderr
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as Record<string, unknown>),
    message: async () => {
      const ended = exit.then(([code]) => {
        throw new Error(`${name} ended with ${code}: ${stderr}`);
      });
      return (await Promise.race([once(child, 'message'), ended]))[0];
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
