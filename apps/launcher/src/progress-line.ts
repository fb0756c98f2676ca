/** A job's progress on a terminal: one line, drawn again and again. In a pipe: a plain line whenever something changed. */
import type { JobStatusView } from '@gridmr/contracts';

const barWidth = 24;

export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  #last = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(status: JobStatusView): void {
    const line = describe(status);
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(this.#out.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#out.isTTY && this.#last !== '') this.#out.write('\n');
  }
}

function describe({ status, phase, progress, tasks }: JobStatusView): string {
  const { map, reduce } = tasks;
  const stage = (name: string, share: number, done: number, total: number) =>
    `${name} ${bar(share)} ${String(done).padStart(String(total).length)}/${total}`;
  const stages = [
    stage('map', progress.map, map.completed, map.total),
    stage('reduce', progress.reduce, reduce.completed, reduce.total),
  ];
  return `${stages.join('   ')}   ${status === 'running' ? (phase ?? status) : status}`;
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}
