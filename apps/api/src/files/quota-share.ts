/**
 * What one upload has of its client's quota: set aside before bytes are written, settled once the file has its name, given back if it never gets one.
 * Only clients with the role `user` have a quota; for others nothing is counted.
 */
import { fileLimits, RequestError } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import type { Caller } from '../access/caller.js';
import type { ApiDependencies, FileRules } from '../dependencies.js';

type Usage = History['usage'];
type QuotaDependencies = Pick<ApiDependencies, 'history' | 'fileRules' | 'logger'>;

interface Row {
  readonly upload_id: string;
  readonly client_id: string;
  readonly bytes: number;
  readonly started_at: string;
}

/** Names are given one after the other for each client, so that what a file replaces is counted once. */
const turns = new Map<string, Promise<unknown>>();
let underWay = 0;

export class QuotaShare implements AsyncDisposable {
  readonly #usage: Usage;
  readonly #quota: FileRules['quota'];
  readonly #logger: ApiDependencies['logger'];
  readonly #row: Row | undefined;
  #covered: number;
  #isSettled = false;

  private constructor({ history, fileRules, logger }: QuotaDependencies, row: Row | undefined) {
    this.#usage = history.usage;
    this.#quota = fileRules.quota;
    this.#logger = logger;
    this.#row = row;
    this.#covered = row?.bytes ?? 0;
  }

  /** Throws `RequestError`: `quota_exceeded`; `too_many_requests` if too many uploads are under way in this process. */
  static async take(
    dependencies: QuotaDependencies,
    caller: Caller,
    uploadId: string,
    bytes: number,
  ): Promise<QuotaShare> {
    if (underWay >= fileLimits.uploadsAtOnceMax) {
      throw new RequestError('too_many_requests', `${underWay} uploads are under way, as many as there may be at once`);
    }
    underWay++;
    try {
      return await QuotaShare.#begin(dependencies, caller, uploadId, bytes);
    } catch (error) {
      underWay--;
      throw error;
    }
  }

  static async #begin(
    dependencies: QuotaDependencies,
    { role, clientId }: Caller,
    uploadId: string,
    bytes: number,
  ): Promise<QuotaShare> {
    if (role !== 'user') return new QuotaShare(dependencies, undefined);
    const { usage } = dependencies.history;
    const { quota } = dependencies.fileRules;
    const row = { upload_id: uploadId, client_id: clientId, bytes, started_at: new Date().toISOString() };
    if (!(await usage.begin(row, quota))) throw await exceeded(usage, quota, clientId);
    return new QuotaShare(dependencies, row);
  }

  /** Makes sure that so many bytes are set aside in all. Throws `RequestError` `quota_exceeded`. */
  async cover(bytes: number): Promise<void> {
    if (this.#row === undefined || bytes <= this.#covered) return;
    const more = Math.max(bytes - this.#covered, fileLimits.reservedBytes);
    if (await this.#usage.grow(this.#row, more, this.#quota)) {
      this.#covered += more;
      return;
    }
    // The last ones may be fewer than are set aside at a time.
    const least = bytes - this.#covered;
    if (!(await this.#usage.grow(this.#row, least, this.#quota))) {
      throw await exceeded(this.#usage, this.#quota, this.#row.client_id);
    }
    this.#covered += least;
  }

  /** @param kept what the client's files take up more from now on */
  async settle(kept: { bytes: number; files: number }): Promise<void> {
    this.#isSettled = true;
    if (this.#row !== undefined) await this.#usage.end(this.#row.upload_id, kept);
  }

  async inTurn<Result>(clientId: string | undefined, work: () => Promise<Result>): Promise<Result> {
    if (clientId === undefined) return await work();
    const before = turns.get(clientId) ?? Promise.resolve();
    const turn = before.then(work, work);
    turns.set(clientId, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(clientId) === turn) turns.delete(clientId);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    underWay--;
    if (this.#row === undefined || this.#isSettled) return;
    try {
      await this.#usage.end(this.#row.upload_id);
    } catch (error) {
      this.#logger.warn('quota set aside for an upload is given back later', { client_id: this.#row.client_id, error });
    }
  }
}

async function exceeded(usage: Usage, quota: FileRules['quota'], clientId: string): Promise<RequestError> {
  const { bytes, files } = await usage.of(clientId);
  const detail =
    `The files of ${clientId} take up ${bytes} of ${quota.bytes} bytes and ${files} of ${quota.files} files, uploads under way ` +
    'included; delete some, or ask an administrator for more (GRIDMR_USER_QUOTA_MB, GRIDMR_USER_QUOTA_FILES)';
  return new RequestError('quota_exceeded', detail);
}
