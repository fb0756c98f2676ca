/**
 * Removes the parts that the final step had placed when another verdict came first. What else stands in the output is not ours;
 * and nothing is once another job has claimed the path, which a step that was stopped for long finds out before each removal.
 */
import { type AskedJob, outputNames, partNamePattern } from '@gridmr/contracts';
import type { BlobStore } from '@gridmr/storage';
import { holdOutput } from './claim-output.js';

export async function removeOutput(store: BlobStore, asked: AskedJob): Promise<void> {
  const { output_path: outputPath } = asked.spec;
  for await (const path of store.listPaths(outputPath)) {
    const name = path.slice(outputPath.length + 1);
    if (!partNamePattern.test(name) && name !== outputNames.manifest) continue;
    if (!(await holdOutput(store, asked))) return;
    await store.remove(path);
  }
}
