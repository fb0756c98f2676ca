/**
 * What stands done of a job: typed access to the files that `job-files.ts` of the contracts names. All decisions (which
 * plan, which attempt, which verdict) are made here by first-wins commits, so any number of workers may try at once.
 *
 * The path of a job: `writeAsked` → `commitPlan` → attempts (`createAttemptOutput`, `commitAttempt`) → `commitVerdict` →
 * `removeIntermediates`.
 */
import {
  type AskedJob,
  askedJobSchema,
  type CommitRecord,
  commitRecordSchema,
  jobFiles,
  keptJobFiles,
  type Manifest,
  manifestSchema,
  type Plan,
  parseTaskId,
  planSchema,
  publicTaskId,
  queueLimits,
  type Split,
  type TaskKind,
  taskId,
  type Verdict,
  verdictSchema,
} from '@gridmr/contracts';
import type { BlobPath, BlobStore, BlobWriter, ReadOptions } from './blob-store.js';
import { damaged, type FileSchema, jsonBytes, readJson } from './json-file.js';
import { readPlanChunk, removePlanChunks, writePlanChunks } from './plan-chunks.js';
import { nothingIfDamaged, StorageError } from './storage-error.js';
import { Withdrawals } from './withdrawals.js';

/** `…/map/00000/m-00012.json`, `…/m-00012.g1.json` */
const commitName = /\/[mr]-(\d{5,7})(?:\.g(\d+))?\.json$/;

/** Reads throw `StorageError` `damaged` for a file that does not hold what its schema says. */
export class JobStore {
  readonly store: BlobStore;

  constructor(store: BlobStore) {
    this.store = store;
  }

  async writeAsked(asked: AskedJob): Promise<void> {
    await this.store.write(jobFiles.asked(asked.job_id), jsonBytes(askedJobSchema, asked), { directory: 'new' });
  }

  /** Undefined if there is none. */
  async readAsked(jobId: string, options?: ReadOptions): Promise<AskedJob | undefined> {
    return readOwn(this.store, jobFiles.asked(jobId), askedJobSchema, jobId, options);
  }

  /**
   * Freezes the plan: its chunks first, then `plan.json`, whose commit makes them count. Returns the plan that stands:
   * this one, or an earlier one, and then nothing of this one is left. `plan.token` must be new for each call.
   */
  async commitPlan(plan: Plan, splits: Iterable<Split>): Promise<Plan> {
    await writePlanChunks(this.store, plan, splits);
    const path = jobFiles.plan(plan.job_id);
    // If this throws, the commit may have been made all the same: the chunks stay, until the job's files are removed.
    if (await this.store.commitOnce(path, jsonBytes(planSchema, plan))) return plan;
    const winner = standing(await this.readPlan(plan.job_id), path);
    if (winner.token !== plan.token) await removePlanChunks(this.store, plan);
    return winner;
  }

  /** Freezes a plan whose chunks stand already: they were the run before's. Returns the one that stands. */
  async adoptPlan(plan: Plan): Promise<Plan> {
    const path = jobFiles.plan(plan.job_id);
    if (await this.store.commitOnce(path, jsonBytes(planSchema, plan))) return plan;
    return standing(await this.readPlan(plan.job_id), path);
  }

  /** Undefined if there is none. */
  async readPlan(jobId: string, options?: ReadOptions): Promise<Plan | undefined> {
    return readOwn(this.store, jobFiles.plan(jobId), planSchema, jobId, options);
  }

  /** The splits of map tasks `chunk * tasksPerGroup` and on. */
  async readSplits(plan: Plan, chunk: number): Promise<Split[]> {
    return readPlanChunk(this.store, plan, chunk);
  }

  /** `attempt` is the part of the file's name that no other attempt of the task has. */
  async createAttemptOutput(
    jobId: string,
    kind: TaskKind,
    index: number,
    attempt: string,
    extension: string,
  ): Promise<BlobWriter> {
    return this.store.createWriter(jobFiles.attemptOutput(jobId, kind, index, attempt, extension));
  }

  /** Where the output of a committed attempt stands. */
  outputOf(record: CommitRecord): BlobPath {
    const { jobId, kind, index } = parseTaskId(record.task_id);
    return `${jobFiles.taskDirectory(jobId, kind, index)}/${record.file}`;
  }

  /**
   * Returns whether this attempt is the one that counts from now on. The loser's output is the caller's to remove. The record is checked when it is
   * read, not here: to check it takes longer than to write it, and every task has one.
   */
  async commitAttempt(record: CommitRecord): Promise<boolean> {
    const { jobId, kind, index } = parseTaskId(record.task_id);
    const bytes = Buffer.from(JSON.stringify(record));
    for (let generation = 0; generation <= queueLimits.withdrawalsMax; generation++) {
      if (await this.store.commitOnce(jobFiles.commit(jobId, kind, index, generation), bytes)) return true;
      const withdrawal = jobFiles.withdrawal(jobId, kind, index, generation);
      if ((await this.store.stat(withdrawal)) === undefined) return false;
    }
    return false;
  }

  /**
   * Undefined if no attempt of the task is committed. The record of a stage that was taken over names the run that made it.
   * @param withdrawals for who reads many: what `withdrawals` gave
   */
  async readCommit(
    jobId: string,
    kind: TaskKind,
    index: number,
    withdrawals?: Withdrawals,
    options?: ReadOptions,
  ): Promise<CommitRecord | undefined> {
    const { store } = this;
    const generation = (withdrawals ?? (await this.withdrawals(jobId))).generation(kind, index);
    const path = jobFiles.commit(jobId, kind, index, generation);
    const record = await readJson(store, path, commitRecordSchema, options);
    if (record !== undefined && publicTaskId(record.task_id) !== publicTaskId(taskId(jobId, kind, index))) {
      throw damaged(path, `it is about ${record.task_id}`);
    }
    return record;
  }

  /**
   * Whether a task may have a committed attempt: cheaper than to read its record, for where mostly there is none. A record that was withdrawn counts too.
   */
  async mayBeCommitted(jobId: string, kind: TaskKind, index: number): Promise<boolean> {
    return (await this.store.stat(jobFiles.commit(jobId, kind, index))) !== undefined;
  }

  /** Indices of the tasks that have a committed attempt. Reads names only. */
  async *listCommits(jobId: string, kind: TaskKind): AsyncGenerator<number> {
    let withdrawals: Withdrawals | undefined;
    for await (const path of this.store.listPaths(`${jobFiles.directory(jobId)}/${kind}`)) {
      const [, index, generation = 0] = commitName.exec(path) ?? [];
      if (index === undefined) continue;
      withdrawals ??= await this.withdrawals(jobId);
      if (Number(generation) !== withdrawals.generation(kind, Number(index))) continue;
      yield Number(index);
    }
  }

  /** Which commit records of the job do not count any more. */
  async withdrawals(jobId: string): Promise<Withdrawals> {
    return new Withdrawals(await this.store.names(jobFiles.withdrawals(jobId)));
  }

  /**
   * The output of a committed attempt is damaged: its record does not count any more, and the task may be committed anew. Nothing is done if another attempt
   * counts by now than the one that wrote `file`; without `file`, it is the record itself that is damaged. Returns how many of the task are withdrawn by now.
   */
  async withdraw(jobId: string, kind: TaskKind, index: number, file?: string): Promise<number> {
    const withdrawals = await this.withdrawals(jobId);
    const generation = withdrawals.generation(kind, index);
    const standing = await this.readCommit(jobId, kind, index, withdrawals).catch(nullIfDamaged);
    if (standing === undefined || (standing !== null && standing.file !== file)) return generation;
    await this.store.commitOnce(jobFiles.withdrawal(jobId, kind, index, generation), new Uint8Array());
    return generation + 1;
  }

  /** Ends the job. Returns the verdict that stands: this one, or an earlier one. */
  async commitVerdict(verdict: Verdict): Promise<Verdict> {
    const path = jobFiles.verdict(verdict.job_id);
    if (await this.store.commitOnce(path, jsonBytes(verdictSchema, verdict))) return verdict;
    return standing(await this.readVerdict(verdict.job_id), path);
  }

  /** Undefined if the job has not ended. */
  async readVerdict(jobId: string, options?: ReadOptions): Promise<Verdict | undefined> {
    return readOwn(this.store, jobFiles.verdict(jobId), verdictSchema, jobId, options);
  }

  /** The manifest of a finished output. Undefined if there is none. */
  async readManifest(path: BlobPath): Promise<Manifest | undefined> {
    return readJson(this.store, path, manifestSchema);
  }

  /** Removes all files of the job but what was asked, how it ended, what it skipped and what it logged. May be repeated. */
  async removeIntermediates(jobId: string): Promise<void> {
    const directory = jobFiles.directory(jobId);
    // The plan's splits first: without them a retry takes nothing over. The big ones by name, also if they hold nothing but unfinished files.
    const plans = (await this.store.names(directory)).filter(name => name.startsWith('plan-'));
    const dropped = [...plans, 'map', 'reduce'];
    for (const name of dropped) await this.store.dropDirectory(`${directory}/${name}`);
    const kept = keptJobFiles(jobId);
    for (const name of await this.store.names(directory)) {
      const path = `${directory}/${name}`;
      // What is still there of those is just changing hands.
      if (!kept.includes(path) && !dropped.includes(name)) await this.store.remove(path);
    }
  }
}

async function readOwn<Value extends { job_id: string }>(
  store: BlobStore,
  path: BlobPath,
  schema: FileSchema<Value>,
  jobId: string,
  options?: ReadOptions,
): Promise<Value | undefined> {
  const value = await readJson(store, path, schema, options);
  if (value !== undefined && value.job_id !== jobId) throw damaged(path, `it is about ${value.job_id}`);
  return value;
}

function nullIfDamaged(error: unknown): null {
  return nothingIfDamaged(error) ?? null;
}

/** What a lost commit found in its way. A mount that caches missing names may not show it for a moment. */
function standing<File>(file: File | undefined, path: BlobPath): File {
  if (file !== undefined) return file;
  throw new StorageError('io_error', path, `${path} stands, but cannot be seen from here yet; try again`);
}
