/** An editor for a program's source, with faults marked where they are. */
import { javascript } from '@codemirror/lang-javascript';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { oneDark } from '@codemirror/theme-one-dark';
import { basicSetup, EditorView } from 'codemirror';
import { useEffect, useRef } from 'react';
import { useDark } from '../parts/use-dark.js';

export interface CodeFault {
  /** Both counted from 1. Without a line, it concerns the whole. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

interface CodeEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly faults: readonly CodeFault[];
}

const light = EditorView.theme({ '&': { backgroundColor: 'var(--card)' } });
/** On its own background, some of the theme's colours have too little contrast to be read. */
const dark = [
  EditorView.theme(
    {
      '&, .cm-gutters': { backgroundColor: 'var(--card)' },
      '.cm-activeLineGutter': { backgroundColor: 'transparent' },
    },
    { dark: true },
  ),
  oneDark,
];

export function CodeEditor({ label, value, onChange, faults }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const isDark = useDark();
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useEffect(() => {
    if (place.current === null) return;
    const made = new EditorView({
      doc: latest.current.value,
      parent: place.current,
      extensions: [
        basicSetup,
        javascript({ typescript: true }),
        lintGutter(),
        isDark ? dark : light,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of(update => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    view.current = made;
    return () => {
      view.current = undefined;
      made.destroy();
    };
  }, [isDark, label]);
  useEffect(() => {
    const { current } = view;
    if (current === undefined || current.state.doc.toString() === value) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view has to be told anew
  useEffect(() => {
    const { current } = view;
    if (current === undefined) return;
    current.dispatch(
      setDiagnostics(
        current.state,
        faults.map(fault => diagnosticOf(fault, current)),
      ),
    );
  }, [faults, isDark]);
  return <div ref={place} className="editor" />;
}

function diagnosticOf({ line = 1, column, message, severity }: CodeFault, { state: { doc } }: EditorView): Diagnostic {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(at.to, at.from + Math.max(0, (column ?? 1) - 1));
  const word = /^[\w$]+/.exec(doc.sliceString(from, at.to))?.[0].length ?? 1;
  const to = column === undefined ? at.to : Math.min(at.to, from + word);
  return { from, to, severity, message };
}
