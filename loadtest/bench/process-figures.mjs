/** What Linux says of processes: processor time, greatest memory. */
import { readFileSync } from 'node:fs';
import { childProcesses } from '@gridmr/testkit';

const ticksPerSecond = 100;

/** User and system time of this process, all threads. */
export function cpuSecondsOfProcess() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** `{pid, name, cpuSeconds, rssMb, peakRssMb}` of every process below this one that runs a part of GridMR. */
export async function descendants() {
  return (await childProcesses()).flatMap(figuresOf);
}

function figuresOf(pid) {
  const fields = statOf(pid);
  const command = readOr(`/proc/${pid}/cmdline`).split('\0');
  const name = nameOf(command);
  if (fields === undefined || name === undefined) return [];
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  const status = readOr(`/proc/${pid}/status`);
  const megabytes = field => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  return [{ pid, name, cpuSeconds, rssMb: megabytes('VmRSS'), peakRssMb: megabytes('VmHWM') }];
}

function nameOf([program = '', ...args]) {
  if (/redis-server|valkey-server/.test(program)) return 'queue';
  const entry = args.find(arg => arg.endsWith('.js')) ?? '';
  return /dist\/(api|worker)\.js$/.exec(entry)?.[1] ?? (entry.includes('embedded-queue') ? 'queue' : undefined);
}

/** The fields of a process after its name. */
function statOf(pid) {
  const text = readOr(`/proc/${pid}/stat`);
  return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readOr(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
