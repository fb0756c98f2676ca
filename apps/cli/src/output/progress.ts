/** How a job fares: bars on a terminal, plain lines elsewhere. Both go to standard error, so that results can be piped. */
import type { JobStatusView } from '@gridmr/contracts';
import { MultiBar, type SingleBar } from 'cli-progress';

export interface Progress {
  show(status: JobStatusView): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** Shows nothing: for `--json` and `--quiet`. */
export const noProgress: Progress = { show: () => undefined, end: () => undefined };

export function openProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new ProgressBars(stream) : new ProgressLines(stream);
}

type Kind = 'map' | 'reduce';
const kinds: readonly Kind[] = ['map', 'reduce'];

class ProgressBars implements Progress {
  readonly #bars: MultiBar;
  readonly #byKind = new Map<Kind, SingleBar>();

  constructor(stream: NodeJS.WriteStream) {
    this.#bars = new MultiBar({
      stream,
      format: '{kind} {bar} {value}/{total}  {state}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 28,
      hideCursor: true,
      gracefulExit: false,
      clearOnComplete: false,
    });
  }

  show(status: JobStatusView): void {
    for (const kind of kinds) this.#showKind(kind, status);
    this.#bars.update();
  }

  #showKind(kind: Kind, status: JobStatusView): void {
    const { total, completed } = status.tasks[kind];
    if (total === 0) return;
    const payload = { kind: kind.padEnd(6), state: kind === currentKind(status) ? stateOf(status) : '' };
    const bar = this.#byKind.get(kind) ?? this.#bars.create(total, 0, payload);
    this.#byKind.set(kind, bar);
    bar.setTotal(total);
    bar.update(completed, payload);
  }

  end(): void {
    this.#bars.stop();
  }
}

/** The kind whose bar says how the job stands. */
function currentKind({ phase, tasks }: JobStatusView): Kind {
  return tasks.reduce.total > 0 && (phase === 'reduce' || phase === 'commit') ? 'reduce' : 'map';
}

function stateOf({ status, phase }: JobStatusView): string {
  return status === 'running' ? (phase ?? status) : status;
}

/** A line when the phase changes, and otherwise at most one in `everyMs`. */
class ProgressLines implements Progress {
  readonly #stream: NodeJS.WriteStream;
  #last = '';
  #lastState = '';
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(status: JobStatusView): void {
    if (status.tasks.map.total === 0 && status.status === 'running') return;
    const state = stateOf(status);
    const line = `${describeTasks(status)}  ${state}`;
    const isSoon = performance.now() - this.#lastMs < everyMs;
    if (line === this.#last || (isSoon && state === this.#lastState)) return;
    this.#last = line;
    this.#lastState = state;
    this.#lastMs = performance.now();
    this.#stream.write(`${line}\n`);
  }

  end(): void {}
}

const everyMs = 1000;

function describeTasks({ tasks }: JobStatusView): string {
  return kinds.map(kind => `${kind} ${tasks[kind].completed}/${tasks[kind].total}`).join('  ');
}
