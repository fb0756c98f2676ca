/** The program and the settings that a job was submitted with. */
import type { JobSpec } from '@gridmr/contracts';
import { functionNames } from '../editor/function-names.js';

export function JobSource({ spec }: { readonly spec: JobSpec }) {
  const { program, ...settings } = spec;
  const sources =
    program.form === 'module'
      ? [{ name: 'program', source: program.program }]
      : functionNames.flatMap(name => {
          const source = program[name];
          return source === undefined ? [] : [{ name, source }];
        });
  return (
    <>
      {sources.map(({ name, source }) => (
        <div key={name}>
          <h3>{name.replace('_', ' ')}</h3>
          <pre className="code">{source}</pre>
        </div>
      ))}
      <h3>settings</h3>
      <pre className="code">{JSON.stringify(settings, null, 2)}</pre>
    </>
  );
}
