/**
 * Processor and memory of each process while a load test runs: of a stack of our own by what Linux says, of another one by what it says itself.
 * Memory is flat when a line fitted to it, after the process has warmed up, does not rise.
 */
import { descendants } from '../bench/process-figures.mjs';

const sampleMs = 1000;
const warmUpShare = 1 / 3;
const secondMs = 1000;
const percent = 100;

export class ProcessWatch {
  #read;
  #samples = new Map();
  #timer;
  #reading;
  #startedMs = performance.now();

  /** @param read answers `{id, name, cpuSeconds, rssMb}` of each process */
  constructor(read) {
    this.#read = read;
    this.#timer = setInterval(() => this.#sample(), sampleMs);
    this.#sample();
  }

  /** By process. */
  async stop() {
    clearInterval(this.#timer);
    await this.#reading;
    await this.#sample();
    const seconds = (performance.now() - this.#startedMs) / secondMs;
    return [...this.#samples.values()].map(each => summaryOf(each, seconds));
  }

  #sample() {
    this.#reading ??= this.#take().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #take() {
    const atMs = performance.now() - this.#startedMs;
    // A stack that is away for a moment is what other figures tell of.
    for (const { id, name, cpuSeconds, rssMb } of await this.#read().catch(() => [])) {
      if (!this.#samples.has(id)) this.#samples.set(id, { name, firstMs: atMs, taken: [] });
      this.#samples.get(id).taken.push({ atMs, cpuSeconds, rssMb });
    }
  }
}

/** Those below this process. */
export async function ownProcesses() {
  return (await descendants()).map(({ pid, name, cpuSeconds, rssMb }) => ({ id: pid, name, cpuSeconds, rssMb }));
}

/** Those that the API at the other end knows of. Of these only shares of processors are known, which are added up. */
export function reportedProcesses(sender) {
  const used = new Map();
  const cpuSecondsOf = (id, share) => {
    const { seconds, atMs } = used.get(id) ?? { seconds: 0, atMs: performance.now() };
    const now = {
      seconds: seconds + (share / percent) * ((performance.now() - atMs) / secondMs),
      atMs: performance.now(),
    };
    used.set(id, now);
    return now.seconds;
  };
  return async () => {
    const read = async path => JSON.parse((await sender.send({ method: 'GET', path })).text);
    const { api } = await read('/api/v1/metrics/system');
    const { workers } = await read('/api/v1/workers/status');
    const alive = workers.filter(({ state }) => state !== 'lost');
    const ofApi = {
      id: 'api',
      name: 'api',
      cpuSeconds: cpuSecondsOf('api', api.cpu_percent),
      rssMb: api.rss_bytes / 2 ** 20,
    };
    return [
      ofApi,
      ...alive.map(({ worker_id: id, cpu_percent, rss_mb }) => {
        return { id, name: 'worker', cpuSeconds: cpuSecondsOf(id, cpu_percent), rssMb: rss_mb };
      }),
    ];
  };
}

function summaryOf({ name, firstMs, taken }, seconds) {
  const [first, last] = [taken[0], taken.at(-1)];
  const endMs = last.atMs;
  const warm = taken.filter(({ atMs }) => atMs >= endMs * warmUpShare);
  const perMs = slopeOf(warm);
  const warmMs = endMs - (warm[0]?.atMs ?? 0);
  const mean = warm.reduce((sum, { rssMb }) => sum + rssMb, 0) / Math.max(1, warm.length);
  return {
    name,
    cpu_seconds: last.cpuSeconds - first.cpuSeconds,
    cpu_percent: ((last.cpuSeconds - first.cpuSeconds) / seconds) * percent,
    start_rss_mb: first.rssMb,
    end_rss_mb: last.rssMb,
    peak_rss_mb: Math.max(...taken.map(({ rssMb }) => rssMb)),
    rss_mb_per_hour: perMs * 3600 * secondMs,
    growth_percent: mean === 0 ? 0 : ((perMs * warmMs) / mean) * percent,
    // One that was not there at the beginning has taken the place of another.
    restarts: firstMs > 2 * sampleMs ? 1 : 0,
  };
}

/** Least squares: MB in each millisecond. */
function slopeOf(samples) {
  const n = samples.length;
  if (n < 2) return 0;
  const meanX = samples.reduce((sum, { atMs }) => sum + atMs, 0) / n;
  const meanY = samples.reduce((sum, { rssMb }) => sum + rssMb, 0) / n;
  const over = samples.reduce((sum, { atMs, rssMb }) => sum + (atMs - meanX) * (rssMb - meanY), 0);
  const under = samples.reduce((sum, { atMs }) => sum + (atMs - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
