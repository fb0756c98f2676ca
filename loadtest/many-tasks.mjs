/**
 * What a task costs that has next to nothing to do: `node loadtest/many-tasks.mjs [tasks]`. Starts a full stack of its own with two
 * workers, runs one job of so many map tasks of one line each, prints its seconds and the processor time that each process took. Loopback only.
 */
import { withStack } from './bench/bench-stack.mjs';
import { measureTasks } from './bench/measure-tasks.mjs';

const tasks = Math.min(Number(process.argv[2] ?? 10_000), 100_000);
await withStack(async stack => {
  await measureTasks(stack, 100);
  const before = new Map((await stack.processes()).map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  const { seconds } = await measureTasks(stack, tasks);
  console.log(`${tasks} map tasks of one line: ${seconds.toFixed(1)} s`);
  for (const { pid, name, cpuSeconds, peakRssMb } of await stack.processes()) {
    const used = cpuSeconds - (before.get(pid) ?? 0);
    console.log(
      `  ${name} ${used.toFixed(2)} s of processor, ${((used * 1000) / tasks).toFixed(2)} ms a task, ${peakRssMb} MB`,
    );
  }
});
