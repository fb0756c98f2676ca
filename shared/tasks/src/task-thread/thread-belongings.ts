/** What a task thread keeps from one attempt to the next. */
import { tmpdir } from 'node:os';
import { SortMemory } from '@gridmr/engine';

/** Where attempts write what they hold no longer than they run: a directory on the worker's own disk. */
export const scratch = tmpdir();

export const memory = new SortMemory();
