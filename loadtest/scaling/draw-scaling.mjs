/** Throughput over the number of workers, a line for each size of input, and for each a dashed one: as many times faster as there are workers. */
const width = 720;
const height = 420;
const left = 70;
const right = 170;
const top = 50;
const bottom = 60;
const colours = ['#2f6f9f', '#c0392b', '#27864b', '#8e5ea2', '#b9770e'];

export function drawScaling(rows) {
  const sizes = [...new Set(rows.map(({ megabytes }) => megabytes))];
  const lines = sizes.map(size => rows.filter(row => row.megabytes === size).toSorted((a, b) => a.workers - b.workers));
  const ideal = line =>
    line.map(({ workers }) => ({ workers, mb_per_second: (line[0].mb_per_second / line[0].workers) * workers }));
  const workersMax = Math.max(...rows.map(({ workers }) => workers));
  const rateMax = Math.max(...lines.flatMap(line => [...line, ...ideal(line)]).map(row => row.mb_per_second));
  const x = workers => left + (workers / workersMax) * (width - left - right);
  const y = rate => height - bottom - (rate / rateMax) * (height - top - bottom);
  const points = line => line.map(row => `${x(row.workers).toFixed(1)},${y(row.mb_per_second).toFixed(1)}`).join(' ');
  const drawn = lines.map((line, i) => {
    const colour = colours[i % colours.length];
    const last = line.at(-1);
    const dots = line.map(
      row =>
        `<circle cx="${x(row.workers).toFixed(1)}" cy="${y(row.mb_per_second).toFixed(1)}" r="4" fill="${colour}"/>`,
    );
    return [
      `<polyline points="${points(ideal(line))}" fill="none" stroke="${colour}" stroke-dasharray="4 4" opacity="0.5"/>`,
      `<polyline points="${points(line)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      text(
        x(last.workers) + 10,
        y(last.mb_per_second) + 4,
        `${last.megabytes} MB, efficiency ${last.efficiency.toFixed(2)}`,
        colour,
      ),
    ].join('\n');
  });
  const counts = [...new Set(rows.map(({ workers }) => workers))];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
${text(left, 24, 'Word count: MB/s by workers; dashed: without any loss')}
<line x1="${left}" y1="${height - bottom}" x2="${width - right}" y2="${height - bottom}" stroke="#444"/>
<line x1="${left}" y1="${top}" x2="${left}" y2="${height - bottom}" stroke="#444"/>
${counts.map(count => text(x(count) - 4, height - bottom + 20, String(count))).join('\n')}
${[0.25, 0.5, 0.75, 1].map(share => text(8, y(rateMax * share) + 4, `${(rateMax * share).toFixed(1)}`)).join('\n')}
${text(width / 2 - 60, height - 16, 'workers')}
${drawn.join('\n')}
</svg>
`;
}

function text(x, y, content, colour = '#222') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${colour}">${escaped}</text>`;
}
