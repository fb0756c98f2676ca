/** What a container has taken of its memory, read where its kernel counts it. */
import type { ComposeProject } from './compose-project.js';

export interface MemoryFigures {
  readonly limitBytes: number;
  /** The greatest resident memory of one process. */
  readonly peakResidentBytes: number;
  /** The greatest of the whole container, files that the kernel remembers for it included: these go when others need the room. */
  readonly peakBytes: number;
  /** Processes that were killed since there was no room. */
  readonly kills: number;
  /** How often the container was started, and when last. */
  readonly restarts: number;
  readonly startedAt: string;
  readonly isOutOfMemory: boolean;
}

/** Run in the container: both forms that control groups have, and every process that is still there. */
const tell = `const fs = require('fs');
  const text = path => { try { return fs.readFileSync(path, 'utf8') } catch { return undefined } };
  const number = (pattern, found) => Number(pattern.exec(found ?? '')?.[1] ?? NaN);
  const group = '/sys/fs/cgroup/';
  const residents = fs.readdirSync('/proc').filter(name => /^\\d+$/.test(name))
    .map(pid => 1024 * number(/VmHWM:\\s*(\\d+)/, text('/proc/' + pid + '/status'))).filter(Number.isFinite);
  console.log(JSON.stringify({
    limitBytes: process.constrainedMemory(),
    peakResidentBytes: Math.max(...residents),
    peakBytes: Number(text(group + 'memory.peak') ?? text(group + 'memory/memory.max_usage_in_bytes')),
    kills: number(/oom_kill (\\d+)/, text(group + 'memory.events') ?? text(group + 'memory/memory.oom_control')),
  }))`;

export async function readMemory(project: ComposeProject, container: string): Promise<MemoryFigures> {
  const inside = JSON.parse(await project.inside(container, 'node', '-e', tell));
  const state = await project.docker(
    'inspect',
    '-f',
    '{"restarts":{{.RestartCount}},"startedAt":"{{.State.StartedAt}}","isOutOfMemory":{{.State.OOMKilled}}}',
    container,
  );
  return { ...inside, ...JSON.parse(state) };
}
