/** Why a job failed: the message, the user's code with the failing line marked, and the record that was in hand. */
import type { JobError, JobSpec } from '@gridmr/contracts';

export function FailedLine({ error, spec }: { readonly error: JobError; readonly spec: JobSpec }) {
  const source = sourceOf(error, spec);
  return (
    <section className="failure" aria-label="Error">
      <h2>
        <code>{error.code}</code>
      </h2>
      <p>{error.message}</p>
      {source === undefined ? null : <MarkedCode source={source} line={error.line} column={error.column} />}
      {error.record === undefined ? null : (
        <>
          <h3>
            The record, at byte {error.offset} of {error.input_path}
          </h3>
          <pre className="record">{error.record}</pre>
        </>
      )}
    </section>
  );
}

interface MarkedCodeProps {
  readonly source: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

function MarkedCode({ source, line, column }: MarkedCodeProps) {
  return (
    <pre className="code">
      {source.split('\n').map((text, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
        <div key={i} className={i + 1 === line ? 'marked' : undefined}>
          <span className="line-number">{i + 1}</span>
          {text}
          {i + 1 === line && column !== undefined ? <span className="unseen">(the error is here)</span> : null}
        </div>
      ))}
    </pre>
  );
}

/** The text that the error's line counts in. */
function sourceOf({ function: name }: JobError, { program }: JobSpec): string | undefined {
  if (program.form === 'module') return program.program;
  return name !== undefined && name in program ? program[name as keyof typeof program] : undefined;
}
