/** Makes the inputs of the examples in `data/examples`, from a seed: the same files every time. They are checked in; this says where they came from. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random, sampleChunks } from '@gridmr/samples';

const directory = fileURLToPath(new URL('../data/examples/', import.meta.url));
const random = new Random(7);
mkdirSync(`${directory}images`, { recursive: true });

const write = (name, lines) => writeFileSync(directory + name, `${lines.join('\n')}\n`);
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const two = number => String(number).padStart(2, '0');

const pages = ['/', '/about', '/products', '/products/12', '/products/7?ref=mail', '/orders/3', '/search?q=grid'];
write(
  'access-log.txt',
  times(600, i => {
    if (i % 97 === 50) return random.word(5, 30);
    const time = `${two(random.int(1, 28))}/Jan/2026:${two(random.int(0, 23))}:${two(random.int(0, 59))}:00 +0000`;
    const status = random.pick([200, 200, 200, 200, 304, 404, 500]);
    const host = `10.0.0.${random.int(1, 50)}`;
    return `${host} - - [${time}] "GET ${random.pick(pages)} HTTP/1.1" ${status} ${random.int(100, 9000)} ${random.int(1, 900)}`;
  }),
);

write('customers.csv', ['customer_id,name', ...times(20, i => `${i + 1},${random.word(3, 8)}`)]);
const notes = ['', 'gift', '"fragile, handle with care"', '"he said ""now"""', '"two\nlines"'];
write('orders.csv', [
  'order_id,customer_id,amount,note',
  ...times(300, i => {
    const amount = i % 41 === 40 ? random.pick(['', 'none', '-1']) : (random.int(100, 99_999) / 100).toFixed(2);
    return `${i % 67 === 66 ? '?' : 1000 + i},${random.int(1, 23)},${amount},${random.pick(notes)}`;
  }),
]);

const readings = times(400, i => {
  const time = `2026-01-${two(1 + (i % 28))}T${two(random.int(0, 23))}:${two(random.int(0, 59))}`;
  return `${random.pick(['north', 'south', 'harbour', 'hill'])},${time},${(random.int(-100, 250) / 10).toFixed(1)}`;
});
write('readings.csv', ['station,time,celsius', ...new Set(readings)]);

const around = [
  [1, 1],
  [8, 2],
  [4, 9],
];
write('points.csv', [
  'x,y',
  ...times(300, i => {
    const [x, y] = around[i % 3];
    return `${(x + random.fraction() * 3 - 1.5).toFixed(3)},${(y + random.fraction() * 3 - 1.5).toFixed(3)}`;
  }),
]);

writeFileSync(`${directory}records.txt`, [...sampleChunks('records', 100_000, 11)].join(''));

for (const [name, width, height] of [
  ['dawn', 24, 16],
  ['noon', 16, 16],
  ['night', 20, 10],
]) {
  const bright = { dawn: 120, noon: 220, night: 30 }[name];
  const pixels = times(width * height * 3, () => Math.max(0, Math.min(255, bright + random.int(-60, 60))));
  const header = Buffer.from(`P6\n${width} ${height}\n255\n`);
  writeFileSync(`${directory}images/${name}.ppm`, Buffer.concat([header, Buffer.from(pixels)]));
}
