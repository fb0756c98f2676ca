/**
 * When each task of a job was committed, as the shared directory showed it while the job ran: its clean-up removes the records, and
 * news of them may be lost by the very fault that is tested.
 *
 * A commit is the moment when the record has its name, which Linux writes down. What the record itself says is earlier: it is written after
 * that. In between nobody can know of it, and of two attempts that began before both may go on.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { GridmrClient } from '@gridmr/client';
import { type Attempt, commitRecordSchema, jobFiles } from '@gridmr/contracts';
import type { TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';

const lookMs = 2;
/** Times of files are those of the kernel's last tick. */
const tickMs = 10;

export class CommitWatch implements Disposable {
  readonly #jobId: string;
  readonly #directories: readonly string[];
  /** Task id → time of its commit. */
  readonly #committedAt = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(directory: TemporaryDirectory, jobId: string) {
    this.#jobId = jobId;
    this.#directories = (['map', 'reduce'] as const).map(kind =>
      directory.resolve(jobFiles.taskDirectory(jobId, kind, 0)),
    );
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  /** No task was run again once it was committed; that a speculative attempt begins in the same moment is in its nature. Returns of how many tasks the commit was seen. */
  async expectNoRepetition(client: GridmrClient): Promise<number> {
    let seen = 0;
    for await (const { task_id, attempts } of client.allTasks(this.#jobId)) {
      const committedAt = this.#committedAt.get(task_id);
      if (committedAt === undefined) continue;
      seen++;
      const repeated = attempts.filter(
        attempt => attempt.started_at > committedAt && !attempt.speculative && !wasLostBefore(attempt),
      );
      expect(repeated, `attempts of ${task_id} after its commit at ${committedAt}`).to.deep.equal([]);
    }
    return seen;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const directory of this.#directories) {
      if (existsSync(directory)) for (const name of namesIn(directory)) this.#read(`${directory}/${name}`);
    }
  }

  #read(path: string): void {
    if (!path.endsWith('.json') || this.#seen.has(path)) return;
    try {
      const record = commitRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      this.#committedAt.set(record.task_id, new Date(statSync(path).ctimeMs + tickMs).toISOString());
      this.#seen.add(path);
    } catch (error) {
      // The clean-up was faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/**
 * A worker that is stopped between looking whether its task is committed and beginning it is given up meanwhile. When it goes on, it learns so at
 * once; its beginning is told after its end.
 */
function wasLostBefore({ state, started_at, finished_at }: Attempt): boolean {
  return state === 'lost' && finished_at !== null && finished_at < started_at;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
