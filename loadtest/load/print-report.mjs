/** The report of a load test, for people. */
export function printReport({ scenario, about, seconds, summary, processes, complaints, judged, machine }) {
  const { all, ...rows } = summary;
  console.log(`${scenario}: ${about}`);
  console.log(`${seconds.toFixed(1)} s, ${all.checks} checks, ${all.errors} errors; ${machine}\n`);
  table(
    ['', 'count', '/s', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'errors'],
    Object.entries(rows).map(([name, row]) => [
      name,
      String(row.count),
      row.per_second.toFixed(1),
      ...[row.p50_ms, row.p95_ms, row.p99_ms, row.max_ms].map(ms => ms.toFixed(1)),
      String(row.errors),
    ]),
  );
  console.log();
  table(
    ['process', 'CPU %', 'CPU s', 'RSS MB: start', 'peak', 'end', 'growth %'],
    processes.map(process => [
      process.name,
      process.cpu_percent.toFixed(0),
      process.cpu_seconds.toFixed(1),
      ...[process.start_rss_mb, process.peak_rss_mb, process.end_rss_mb].map(mb => mb.toFixed(0)),
      process.growth_percent.toFixed(1),
    ]),
  );
  console.log();
  for (const [what, times] of complaints) console.log(`error, ${times} times: ${what}`);
  printJudged(judged);
}

export function printJudged(judged) {
  for (const { of, figure, min, max, seen, kept } of judged) {
    const bound = max === undefined ? `at least ${min}` : `at most ${max}`;
    const value = seen === undefined ? 'not seen' : Number(seen.toFixed(3));
    console.log(`${kept ? 'kept  ' : 'MISSED'} ${of} ${figure}: ${value}, ${bound}`);
  }
}

/** Numbers stand at the right. */
export function table(heads, rows) {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map(row => row[i].length)));
  for (const row of [heads, ...rows]) {
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
  }
}
