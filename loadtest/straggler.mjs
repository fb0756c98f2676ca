/**
 * What a straggler costs: `node loadtest/straggler.mjs [rounds] [map|reduce]`. Starts a full stack of its own with three workers, and runs the same job again and
 * again: undisturbed; with one worker slowed 20 times when most of a phase is done; and the same without speculation. Prints the median of each, and
 * the ratios. Loopback only.
 */
import { withStack } from './bench/bench-stack.mjs';
import { measureStraggler } from './bench/measure-straggler.mjs';

const rounds = Math.min(Number(process.argv[2] ?? 3), 100);
const phases = process.argv[3] === undefined ? ['map', 'reduce'] : [process.argv[3]];
const workers = 3;

await withStack(async stack => {
  for (const phase of phases) {
    const { alone, speculative, without } = await measureStraggler(stack, phase, rounds);
    const say = (name, { seconds, times }) => {
      const slowed = times === undefined ? '' : `, its worker slowed ${times.toFixed(0)} times`;
      console.log(`  ${name}: ${seconds.toFixed(1)} s, ${(seconds / alone.seconds).toFixed(2)} times${slowed}`);
    };
    console.log(`straggler in the ${phase} phase, median of ${rounds}:`);
    say('without one', alone);
    say('with one', speculative);
    say('with one and speculative: false', without);
  }
}, workers);
