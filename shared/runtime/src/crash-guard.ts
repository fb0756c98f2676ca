/**
 * A process that met an error nobody caught is in an unknown state. It says so in one line and ends; what it worked on
 * is lost and done again by others.
 */
import type { Logger } from './logger.js';

const exitCodeOfCrash = 1;

export function installCrashGuard(logger: Logger): void {
  let crashed = false;
  const crash = (error: unknown, origin: string) => {
    // Also when writing the line fails (as by a closed stderr), which would come back here.
    if (crashed) process.exit(exitCodeOfCrash);
    crashed = true;
    logger.error('fatal: an error that nobody caught ends this process', { error, origin, fatal: true });
    process.exit(exitCodeOfCrash);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', reason => crash(reason, 'unhandledRejection'));
}
