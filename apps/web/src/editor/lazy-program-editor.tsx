/** The editor, loaded when it is first needed: it is half of the dashboard's size. */
import { lazy, Suspense } from 'react';
import type { ProgramEditorProps } from './program-editor.js';

const Loaded = lazy(async () => ({ default: (await import('./program-editor.js')).ProgramEditor }));

export function LazyProgramEditor(props: ProgramEditorProps) {
  return (
    <Suspense fallback={<p className="quiet">Loading the editor…</p>}>
      <Loaded {...props} />
    </Suspense>
  );
}
