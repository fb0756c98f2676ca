/** What an ended run leaves behind. */
import { jobFiles } from '@gridmr/contracts';
import type { JobStore } from './job-store.js';

/** `…/map/00000/m-00012.a1-x7k2p9.segment`, not the commit record `m-00012.json` beside it. */
const attemptOutput = /\/[mr]-(\d{5,7})\.a[^/]*$/;

/** Removes what attempts of an ended run have written and not committed. */
export async function removeUncommitted(jobs: JobStore, jobId: string): Promise<void> {
  for (const kind of ['map', 'reduce'] as const) {
    for await (const path of jobs.store.listPaths(`${jobFiles.directory(jobId)}/${kind}`)) {
      const index = attemptOutput.exec(path)?.[1];
      if (index === undefined) continue;
      const record = await jobs.readCommit(jobId, kind, Number(index));
      if (record === undefined || !path.endsWith(`/${record.file}`)) await jobs.store.discard(path);
    }
  }
}
