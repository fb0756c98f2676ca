/** What stands where the jobs will be: how to submit the first one. */
import { Link } from 'wouter';

const example = `curl -X POST ${window.location.origin}/api/v1/jobs \\
  -H 'content-type: application/json' \\
  -d '{
    "name": "word count",
    "input_file": "books/*.txt",
    "map_function": "line => line.split(\\" \\").map(word => [word, 1])",
    "reduce_function": "(word, ones) => [word, ones.reduce((a, b) => a + b, 0)]"
  }'`;

export function FirstJob() {
  return (
    <section className="empty">
      <h2>No jobs yet</h2>
      <p>
        <Link href="/submit" className="button">
          Submit the first one
        </Link>
      </p>
      <p>Or from a terminal, with a file in the data directory:</p>
      <pre>{example}</pre>
    </section>
  );
}
