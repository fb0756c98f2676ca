/** Whether this machine can run the native queue server. */
import { execFileSync } from 'node:child_process';

export function hasNativeServer(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v redis-server || command -v valkey-server'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
