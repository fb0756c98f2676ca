/** Whether figures are within what they must reach. */
const form = /^(.+)\.([a-z0-9_]+)(<=|>=)(-?[\d.]+)$/;

/** `submit.p99_ms<=250`, `process api.peak_rss_mb<=256`. */
export function parseThreshold(text) {
  const [, of, figure, side, bound] = form.exec(text) ?? [];
  if (of === undefined || Number.isNaN(Number(bound))) {
    throw new Error(`${text} is no threshold; one is written as submit.p99_ms<=250`);
  }
  return { of, figure, ...(side === '<=' ? { max: Number(bound) } : { min: Number(bound) }) };
}

/** Those given replace those of the scenario for the same figure. */
export function replaceThresholds(own, given) {
  const isReplaced = ({ of, figure }) => given.some(other => other.of === of && other.figure === figure);
  return [...own.filter(threshold => !isReplaced(threshold)), ...given];
}

/** Each with the figure that was seen, and whether it is kept. What was not seen at all is missed. */
export function judge(thresholds, summary, processes) {
  return thresholds.map(threshold => {
    const seen = seenOf(threshold, summary, processes);
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = threshold;
    return { ...threshold, seen, kept: seen !== undefined && seen >= min && seen <= max };
  });
}

function seenOf({ of, figure }, summary, processes) {
  const name = /^process (.+)$/.exec(of)?.[1];
  if (name === undefined) return summary[of]?.[figure];
  const values = processes.filter(process => process.name === name).map(process => process[figure]);
  if (values.length === 0) return undefined;
  return figure === 'restarts' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
}
