/**
 * Remembers the latest idempotency keys, oldest forgotten first. The database decides who owns a key; this memory only
 * knows a repeated request before its paths are judged again, when its own job may have written the output already.
 */
import { apiLimits } from '@gridmr/contracts';

export interface RecentSubmission {
  readonly digest: string;
  readonly jobId: string;
}

export class RecentSubmissions {
  readonly #byKey = new Map<string, RecentSubmission>();

  find(clientId: string, key: string): RecentSubmission | undefined {
    return this.#byKey.get(nameOf(clientId, key));
  }

  remember(clientId: string, key: string, submission: RecentSubmission): void {
    this.#byKey.set(nameOf(clientId, key), submission);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > apiLimits.recentSubmissionsMax && oldest !== undefined) this.#byKey.delete(oldest);
  }
}

function nameOf(clientId: string, key: string): string {
  return JSON.stringify([clientId, key]);
}
