/**
 * Whether this machine can run tests that depend on time at all. A virtual machine may be denied its processors for a second
 * at a time, half of the time; deadlines, lost locks and many processes at once then say something about the machine only.
 */
const spinMs = 2000;
const gapMsMin = 25;
const stalledShareMax = 0.15;

let measured: number | undefined;

/** The share of the time, 0 to 1, in which a busy loop of this process was not let run, in two seconds from now. */
export function measureStalledShare(): number {
  const startedMs = performance.now();
  let stalledMs = 0;
  for (let last = startedMs; last - startedMs < spinMs; ) {
    const now = performance.now();
    if (now - last > gapMsMin) stalledMs += now - last;
    last = now;
  }
  return stalledMs / (performance.now() - startedMs);
}

/** For `before` hooks: skips the suite on a machine that stands still, and says so. `GRIDMR_TEST_ALL=1` runs it all the same. */
export function needsRunningMachine(context: { skip(): void }): void {
  if (process.env.GRIDMR_TEST_ALL === '1') return;
  measured ??= measureStalledShare();
  const share = measured;
  if (share <= stalledShareMax) return;
  const percent = Math.round(share * 100);
  process.stderr.write(
    `      skipped: this machine stands still for ${percent} % of the time, and these tests depend on time\n`,
  );
  context.skip();
}
