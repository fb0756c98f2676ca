/**
 * Processes that a test starts: output captured, ended by their own id when disposed. `childProcesses` lists what
 * is left, for tests that check that nothing is.
 */
import { type ChildProcess, execFile, fork, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { type WaitOptions, waitUntil } from './wait-until.js';

const stopMsDefault = 5000;

export interface ProcessOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment; undefined removes a name. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class TestProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  /** Settles when the process has ended and its output is complete. Rejects if it could not be started. */
  readonly exited: Promise<ProcessExit>;
  #stdout = '';
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    this.exited.catch(() => undefined);
  }

  /** A Node.js module, with a message channel. */
  static fork(modulePath: string, options: ProcessOptions = {}): TestProcess {
    return new TestProcess(fork(modulePath, [...(options.args ?? [])], { ...spawnOptions(options), silent: true }));
  }

  /** Any program, without a shell. */
  static spawn(command: string, options: ProcessOptions = {}): TestProcess {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    return new TestProcess(spawn(command, [...(options.args ?? [])], { ...spawnOptions(options), stdio: [...stdio] }));
  }

  /** Throws if the process could not be started. */
  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process was not started');
    return this.child.pid;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  /** Waits for output on stdout or stderr. Fails at once, with the output, if the process ends without it. */
  async waitForOutput(pattern: RegExp, options?: WaitOptions): Promise<RegExpExecArray> {
    let over: ProcessExit | undefined;
    const find = () => pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
    void this.exited.then(
      exit => {
        over = exit;
      },
      () => {
        over = { code: null, signal: null };
      },
    );
    const found = await waitUntil(`${pattern} in the output of process ${this.pid}`, () => find() ?? over, options);
    if (Array.isArray(found)) return found;
    const last = find();
    if (last !== null) return last;
    throw new Error(`the process ended without ${pattern} (${JSON.stringify(over)}):\n${this.#stdout}${this.#stderr}`);
  }

  /** The kill that cannot be caught, as a crash of the machine would be. */
  async crash(): Promise<ProcessExit> {
    if (!this.hasExited) this.child.kill('SIGKILL');
    return this.exited;
  }

  /** SIGTERM, then SIGKILL to what does not listen. */
  async stop(stopMs = stopMsDefault): Promise<ProcessExit> {
    if (!this.hasExited) this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined);
  }
}

function spawnOptions(options: ProcessOptions): SpawnOptions {
  return { cwd: options.cwd, env: { ...process.env, ...options.env } };
}

const run = promisify(execFile);

/** Ids of all processes below `pid` that are alive, children of children too. */
export async function childProcesses(pid: number = process.pid): Promise<number[]> {
  const listing = run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  const { stdout } = await listing;
  const rows = stdout.split('\n').map(row => row.trim().split(/\s+/));
  const alive = rows
    .filter(([child, , state]) => Number(child) !== listing.child.pid && !state?.startsWith('Z'))
    .map(([child, parent]) => ({ child: Number(child), parent: Number(parent) }));
  const found = [pid];
  for (const above of found) found.push(...alive.filter(row => row.parent === above).map(row => row.child));
  return found.slice(1);
}
