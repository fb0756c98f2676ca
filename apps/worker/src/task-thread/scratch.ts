import { tmpdir } from 'node:os';

/** Where attempts write what they hold no longer than they run: a directory on the worker's own disk. */
export const scratch = tmpdir();
