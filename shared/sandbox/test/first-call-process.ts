/**
 * A process that has never run the engine: warms it up if it is told to (`warm`), makes one long call and the same again, and prints how long each took by the
 * processor, as JSON. What V8 has of a module belongs to the process, so each measurement needs one of its own.
 */
import { compileQuickJs, openQuickJsSandbox, warmEngine } from '@gridmr/sandbox';
import { output } from './attempt.js';

const patienceMs = 60_000;
const map = 'line => { for (let i = 0; i < 1e7; i++); return [[line, 1]]; }';

const { module } = await compileQuickJs();
const wasWarmed = process.argv[2] === 'warm' && (await warmEngine(module, patienceMs));
process.stdout.write(JSON.stringify({ wasWarmed, first: await callMs(), second: await callMs() }));

async function callMs(): Promise<number> {
  const before = process.cpuUsage();
  await output(request => openQuickJsSandbox({ module, ...request }), { map });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
