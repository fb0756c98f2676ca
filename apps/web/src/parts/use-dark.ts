/** Whether the reader's system is dark: for what is drawn, and does not change by itself. */
import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(prefers-color-scheme: dark)');

function watch(watcher: () => void): () => void {
  query.addEventListener('change', watcher);
  return () => query.removeEventListener('change', watcher);
}

export function useDark(): boolean {
  return useSyncExternalStore(watch, () => query.matches);
}
