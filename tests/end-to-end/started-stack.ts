/** `npm start` as a process, with all it writes captured: for what is about processes rather than jobs. */
import { fileURLToPath } from 'node:url';
import { GridmrClient } from '@gridmr/client';
import { type TemporaryDirectory, TestProcess } from '@gridmr/testkit';

const startEntry = fileURLToPath(new URL('../../../dist/start.js', import.meta.url));
const readyTimeoutMs = 120_000;

export interface StartedStack {
  readonly process: TestProcess;
  readonly client: GridmrClient;
  readonly url: string;
}

/** Runs on `directory`; whoever calls this stops the process. */
export async function startStack(
  directory: TemporaryDirectory,
  env: Readonly<Record<string, string>> = {},
): Promise<StartedStack> {
  const process = TestProcess.fork(startEntry, {
    env: { GRIDMR_DATA_DIR: directory.path, GRIDMR_API_PORT: '0', GRIDMR_LOG_LEVEL: 'warn', ...env },
  });
  const [, url = ''] = await process.waitForOutput(/GridMR ready on (\S+)/, { timeoutMs: readyTimeoutMs });
  return { process, url, client: new GridmrClient({ baseUrl: url }) };
}
