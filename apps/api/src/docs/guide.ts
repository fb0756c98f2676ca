/** What a newcomer reads first in the OpenAPI document, and on the page that shows it. */

export const guide = `MapReduce as a service: send a map and a reduce function in JavaScript, and they run in a sandbox over files of the data directory.

**A job in three steps**

1. **Submit** it: \`POST /api/v1/jobs\`. The answer is there at once, and holds the job's id.

\`\`\`sh
curl -s http://127.0.0.1:8000/api/v1/jobs -H 'content-type: application/json' -d '{
  "name": "word count",
  "input_file": "books",
  "map_function": "(line, ctx) => { for (const word of line.toLowerCase().split(/[^a-z]+/)) if (word) ctx.emit(word, 1); }",
  "reduce_function": "(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]"
}'
\`\`\`

2. **Watch** it: \`GET /api/v1/jobs/{job_id}/events\` streams what happens until the job has ended, \`GET /api/v1/jobs/{job_id}/status\` tells how it stands.

\`\`\`sh
curl -sN http://127.0.0.1:8000/api/v1/jobs/$JOB_ID/events
\`\`\`

3. **Fetch** what came out: \`GET /api/v1/jobs/{job_id}/results\`, one part after the other, or in the order of keys with \`?order=key\`.

\`\`\`sh
curl -s "http://127.0.0.1:8000/api/v1/jobs/$JOB_ID/results?order=key&limit=20"
\`\`\`

Keys are strings, numbers, booleans or arrays of these; values are anything that JSON can hold. A function that throws fails the job, with the line and column in your
source and the record it failed on.

What goes wrong is answered as a problem document (RFC 9457) with a \`code\` of a closed list. Lists are pages: \`?limit=&cursor=\`, with \`next_cursor\` null on the last one. Clients should ignore fields
of answers and events of streams that they do not know.`;
