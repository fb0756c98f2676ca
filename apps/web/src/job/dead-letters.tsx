/** Records that the job skipped, and why. */
import type { DeadLetter } from '@gridmr/contracts';
import { useState } from 'react';
import { api } from '../api.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';

const pageLetters = 20;
const lettersMax = 1000;

interface DeadLettersProps {
  readonly jobId: string;
  /** How many records the job has skipped so far. */
  readonly skipped: number;
}

export function DeadLetters({ jobId, skipped }: DeadLettersProps) {
  const [limit, setLimit] = useState(pageLetters);
  const read = (signal: AbortSignal) => api.deadLetters(jobId, { limit }, { signal });
  const { answer, trouble } = useReading(read, `${jobId} ${limit} ${skipped}`);
  if (answer === undefined) return <Trouble message={trouble} />;
  if (answer.items.length === 0) return <p className="quiet">No record was skipped.</p>;
  return (
    <>
      <Trouble message={trouble} />
      <ul className="letters">
        {answer.items.map(letter => (
          <Letter key={`${letter.task_id} ${letter.path} ${letter.offset}`} letter={letter} />
        ))}
      </ul>
      {answer.next_cursor !== null && limit < lettersMax ? (
        <button type="button" onClick={() => setLimit(Math.min(lettersMax, limit * 5))}>
          Show more
        </button>
      ) : null}
    </>
  );
}

function Letter({ letter: { path, offset, record, error } }: { readonly letter: DeadLetter }) {
  const where =
    error.line === undefined
      ? ''
      : ` (line ${error.line}, column ${error.column} of ${error.function ?? 'the program'})`;
  return (
    <li>
      <p>
        <code>
          {path}:{offset}
        </code>{' '}
        {error.message}
        {where}
      </p>
      <pre className="record">{record}</pre>
    </li>
  );
}
