/** Builds what has changed, through turbo's cache: a build that this checkout has seen before is restored, not repeated. */
import { join } from 'node:path';
import { removeStaleOutput } from './remove-stale-output.mjs';
import { root } from './root.mjs';
import { runQuietly } from './run-quietly.mjs';

const turbo = join(root, 'node_modules', '.bin', 'turbo');
const quiet = {
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  TURBO_UI: 'false',
};

/** Answers whether it succeeded, and the compiler's words. */
export async function build() {
  removeStaleOutput();
  return runQuietly(turbo, ['run', 'build', '--output-logs=errors-only', '--log-order=stream'], {
    env: quiet,
  });
}
