/**
 * Takes away what uploads and writers left behind whose process is gone: files under `.gridmr/uploads` and `.gridmr/tmp`, and quota set aside. Counts again, now and then, what the
 * files of each client take up, because jobs write and people remove files there too. And forgets old entries of the audit log.
 */
import {
  fileLimits,
  keyNameSchema,
  requestLimits,
  sweepLimits,
  temporaryDirectory,
  uploadsDirectory,
  usersDirectory,
} from '@gridmr/contracts';
import type { SweepDependencies } from './sweep-dependencies.js';

const dayMs = 86_400_000;

/** When each client's files were counted last, by this process. */
export type CountedMs = Map<string, number>;

/** Returns how many uploads had been abandoned. */
export async function sweepUploads(
  dependencies: SweepDependencies,
  countedMs: CountedMs,
  signal: AbortSignal,
): Promise<number> {
  const abandoned = await removeAbandoned(dependencies, signal);
  await giveBackQuota(dependencies);
  await countAgain(dependencies, countedMs, signal);
  await forgetAudit(dependencies);
  return abandoned;
}

async function removeAbandoned({ store }: SweepDependencies, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (const directory of [uploadsDirectory, temporaryDirectory]) {
    for (const name of await store.names(directory)) {
      if (signal.aborted) return removed;
      const path = `${directory}/${name}`;
      const staged = await store.stat(path);
      if (staged === undefined || staged.modifiedMs > Date.now() - fileLimits.uploadAbandonedMs) continue;
      await store.remove(path);
      removed++;
    }
  }
  return removed;
}

/** Of uploads that began a while ago and have no file (any more). */
async function giveBackQuota({ store, history }: SweepDependencies): Promise<void> {
  const before = new Date(Date.now() - fileLimits.uploadAbandonedMs).toISOString();
  for (const { upload_id } of await history.usage.uploadsBefore(before, sweepLimits.uploadsLookedAtMax)) {
    if ((await store.stat(`${uploadsDirectory}/${upload_id}`)) === undefined) await history.usage.end(upload_id);
  }
}

async function countAgain(dependencies: SweepDependencies, countedMs: CountedMs, signal: AbortSignal): Promise<void> {
  const { store, history } = dependencies;
  for (const clientId of await store.names(usersDirectory)) {
    if (signal.aborted) return;
    const isDue = Date.now() - (countedMs.get(clientId) ?? 0) >= sweepLimits.recountEveryMs;
    if (!isDue || !keyNameSchema.safeParse(clientId).success) continue;
    countedMs.set(clientId, Date.now());
    const { version } = await history.usage.of(clientId);
    const counted = await filesBelow(dependencies, `${usersDirectory}/${clientId}/`, signal);
    if (counted !== undefined) await history.usage.recount(clientId, counted, version);
  }
}

/** Undefined if it was stopped meanwhile. */
async function filesBelow(
  { store }: SweepDependencies,
  prefix: string,
  signal: AbortSignal,
): Promise<{ bytes: number; files: number } | undefined> {
  const total = { bytes: 0, files: 0 };
  let after: string | undefined;
  do {
    if (signal.aborted) return undefined;
    const page = await store.page({ prefix, after, limit: requestLimits.pageItemsMax, enters: () => true });
    for (const file of page.files) total.bytes += file.bytes;
    total.files += page.files.length;
    after = page.next;
  } while (after !== undefined);
  return total;
}

async function forgetAudit({ history, auditDays }: SweepDependencies): Promise<void> {
  await history.audit.forget(new Date(Date.now() - auditDays * dayMs).toISOString());
}
