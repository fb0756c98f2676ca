/**
 * `npm run chaos -- [--minutes N | --schedules N] [--seed N]`: schedules of faults with ascending seeds on one stack, a line for each. Stops
 * at the first that fails, with its seed and what the processes wrote; exit code 1 then. Loopback and processes of its own only.
 */
import { inspect, parseArgs } from 'node:util';
import { chaosSchedule, describeSchedule } from './chaos-schedule.js';
import { ChaosStack } from './chaos-stack.js';
import { runSchedule, type ScheduleResult } from './run-schedule.js';

const minutesDefault = '5';
const minutesMax = 24 * 60;
const msPerMinute = 60_000;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, schedules: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const firstSeed = wholeNumber('seed', values.seed);
const schedulesMax =
  values.schedules === undefined ? Number.POSITIVE_INFINITY : wholeNumber('schedules', values.schedules);
const minutes = values.minutes ?? (values.schedules === undefined ? minutesDefault : String(minutesMax));
const endMs = performance.now() + Math.min(Number(minutes), minutesMax) * msPerMinute;

process.exitCode = await runAll();

async function runAll(): Promise<number> {
  await using stack = await ChaosStack.start();
  const results: ScheduleResult[] = [];
  for (let seed = firstSeed; performance.now() < endMs && results.length < schedulesMax; seed++) {
    const schedule = chaosSchedule(seed);
    process.stdout.write(`${seed}: ${describeSchedule(schedule)} … `);
    try {
      const result = await runSchedule(stack, schedule);
      results.push(result);
      say(`${result.seconds.toFixed(1)} s, ${result.lostAttempts} attempts lost`);
    } catch (error) {
      say('FAILED');
      say(`${inspect(error)}\n${stack.output()}`);
      report(results, firstSeed);
      say(`Repeat it: npm run chaos -- --seed ${seed} --schedules 1`);
      return 1;
    }
  }
  report(results, firstSeed);
  return 0;
}

function report(results: readonly ScheduleResult[], first: number): void {
  const sum = (of: (result: ScheduleResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const hits = sum(result => result.hits);
  say(
    `${results.length} schedules passed (seeds ${first} to ${first + results.length - 1}): ${sum(result => result.jobs)} jobs, ` +
      `${sum(result => result.faults)} faults, ${hits} of them before the verdict of the job they watched, ` +
      `${sum(result => result.lostAttempts)} attempts lost, ${sum(result => result.seconds).toFixed(0)} s`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, but is "${text}"`);
  return value;
}
