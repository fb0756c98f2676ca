/** Real processes that try to commit to the same path at the same moment. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('committing-process.js', import.meta.url));
const deadlineMs = 60_000;

export class RacingProcesses implements AsyncDisposable {
  readonly #processes: ChildProcess[];

  private constructor(processes: ChildProcess[]) {
    this.#processes = processes;
  }

  /** Ready to run when this resolves; if it fails, none is left. */
  static async start(count: number, root: string): Promise<RacingProcesses> {
    const racing = new RacingProcesses(Array.from({ length: count }, () => fork(program, [root])));
    try {
      await Promise.all(
        racing.#processes.map(child => once(child, 'message', { signal: AbortSignal.timeout(deadlineMs) })),
      );
    } catch (error) {
      await racing[Symbol.asyncDispose]();
      throw error;
    }
    return racing;
  }

  /** Each tries to commit its own text; returns whether each of them won, in order. */
  async race(path: string, texts: readonly string[]): Promise<boolean[]> {
    const answers = this.#processes.map(child => once(child, 'message', { signal: AbortSignal.timeout(deadlineMs) }));
    this.#processes.forEach((child, i) => {
      child.send({ path, text: texts[i] });
    });
    return (await Promise.all(answers)).map(([answer]) => {
      if (typeof answer.won !== 'boolean') throw new Error(answer.error);
      return answer.won;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#processes.filter(child => child.exitCode === null && child.signalCode === null);
    const ends = running.map(child => once(child, 'exit'));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(ends);
  }
}
