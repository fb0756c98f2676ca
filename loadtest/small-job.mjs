/**
 * How long a small job takes on a warm stack, from submission until the client sees it completed: `node loadtest/small-job.mjs [jobs]`.
 * Starts a full stack of its own with two workers, runs jobs of 1 KB one after the other, prints percentiles. Loopback only.
 */
import { withStack } from './bench/bench-stack.mjs';
import { measureLatency } from './bench/measure-tasks.mjs';

const jobs = Math.min(Number(process.argv[2] ?? 100), 10_000);
const { p50, p90, p99 } = await withStack(stack => measureLatency(stack, jobs));
const [middle, high, highest] = [p50, p90, p99].map(ms => ms.toFixed(1));
console.log(`${jobs} jobs of 1 KB: p50 ${middle} ms, p90 ${high} ms, p99 ${highest} ms`);
