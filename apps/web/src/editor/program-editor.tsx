/** A program in an editor: one for a module, one for each function otherwise. */
import type { ProgramSource } from '@gridmr/contracts';
import { CodeEditor, type CodeFault } from './code-editor.js';
import { functionNames } from './function-names.js';

export interface ProgramFault extends CodeFault {
  /** Whose source the line counts in; undefined for a module. */
  readonly function: string | undefined;
}

export interface ProgramEditorProps {
  readonly program: ProgramSource;
  readonly faults: readonly ProgramFault[];
  readonly onChange: (program: ProgramSource) => void;
}

export function ProgramEditor({ program, faults, onChange }: ProgramEditorProps) {
  if (program.form === 'module') {
    const change = (text: string) => onChange({ form: 'module', program: text });
    return <CodeEditor label="Program" value={program.program} onChange={change} faults={faults} />;
  }
  return (
    <>
      {functionNames
        .filter(name => program[name] !== undefined)
        .map(name => (
          <div key={name}>
            <h4>{name.replace('_', ' ')}</h4>
            <FunctionEditor name={name} program={program} faults={faults} onChange={onChange} />
          </div>
        ))}
    </>
  );
}

type Functions = Extract<ProgramSource, { form: 'functions' }>;

interface FunctionEditorProps extends ProgramEditorProps {
  readonly name: (typeof functionNames)[number];
  readonly program: Functions;
}

function FunctionEditor({ name, program, faults, onChange }: FunctionEditorProps) {
  const own = faults.filter(fault => fault.function === name);
  const change = (text: string) => onChange({ ...program, [name]: text });
  return <CodeEditor label={name.replace('_', ' ')} value={program[name] ?? ''} onChange={change} faults={own} />;
}
