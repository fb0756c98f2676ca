/** What a task thread keeps from one attempt to the next. */
import { workerData } from 'node:worker_threads';
import { SortMemory } from '@gridmr/engine';
import type { TaskThreadData } from '../attempt-request.js';

/** Where attempts write what they hold no longer than they run: a directory on the worker's own disk. */
export const { scratch } = workerData as TaskThreadData;

export const memory = new SortMemory();
