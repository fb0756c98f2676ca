/**
 * A crowd of listeners to one job's events, each with a connection of its own: `listen-to-job.mjs URL JOB COUNT`. Tells its parent
 * when all of them have their snapshot, and when all have ended what each has been told.
 */
import { once } from 'node:events';
import { Agent, get } from 'node:http';

const [url, jobId, count] = process.argv.slice(2);
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

const crowd = Array.from({ length: Number(count) }, listen);
await Promise.all(crowd.map(one => one.begun));
process.send('all are listening');
process.send(await Promise.all(crowd.map(one => one.ended)));
process.disconnect();

function listen() {
  const told = { events: 0, bytes: 0, completed: 0, repeated: 0, done: false };
  const seen = new Set();
  let begin;
  const begun = new Promise(resolve => {
    begin = resolve;
  });
  const ended = read(told, seen, begin);
  return { begun, ended };
}

async function read(told, seen, begin) {
  const [response] = await once(get(`${url}/api/v1/jobs/${jobId}/events`, { agent }), 'response');
  let pending = '';
  response.setEncoding('utf8');
  for await (const text of response) {
    told.bytes += text.length;
    const blocks = (pending + text).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) take(block, told, seen);
    if (told.events > 0) begin();
  }
  told.completed = seen.size;
  return told;
}

function take(block, told, seen) {
  const event = /^event: (.*)$/m.exec(block)?.[1];
  if (event === undefined) return;
  told.events++;
  if (event === 'done') told.done = true;
  if (event !== 'task') return;
  const { map } = JSON.parse(/^data: (.*)$/m.exec(block)[1]);
  for (const index of map.completed ?? []) {
    if (seen.has(index)) told.repeated++;
    seen.add(index);
  }
}
