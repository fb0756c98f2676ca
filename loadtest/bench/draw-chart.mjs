/** The report as a picture: for each job a bar of its ratio by the clock and by the processor, and a mark where its bar of quality is. */
const width = 760;
const labelWidth = 250;
const rowHeight = 56;
const barHeight = 14;
const ratioMax = 1.6;

export function drawChart({ jobs, megabytes, date }) {
  const x = ratio => labelWidth + (Math.min(ratio, ratioMax) / ratioMax) * (width - labelWidth - 60);
  const rows = jobs.map((job, i) => {
    const top = 60 + i * rowHeight;
    return [
      text(10, top + 18, job.name),
      bar(top, job.ratio, '#2f6f9f', x),
      bar(top + barHeight + 4, job.ratioByProcessor, '#9fc3de', x),
      job.bar === undefined
        ? ''
        : `<line x1="${x(job.bar)}" x2="${x(job.bar)}" y1="${top - 4}" y2="${top + 2 * barHeight + 8}" stroke="#c0392b" stroke-width="2"/>`,
    ].join('\n');
  });
  const height = 80 + jobs.length * rowHeight;
  const legend = 'dark: by the clock, light: by the processor, red: what it must reach';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
${text(10, 22, `Throughput over the reference, ${megabytes} MB, ${date.slice(0, 10)}`)}
${text(10, 42, legend)}
${rows.join('\n')}
</svg>
`;
}

function bar(y, ratio, colour, x) {
  const left = x(0);
  return `<rect x="${left}" y="${y}" width="${Math.max(0, x(ratio) - left)}" height="${barHeight}" fill="${colour}"/>
${text(x(ratio) + 6, y + barHeight - 3, ratio.toFixed(2))}`;
}

function text(x, y, content) {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}">${escaped}</text>`;
}
