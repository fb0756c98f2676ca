/** What a call of the API answers: read when the component appears and whenever `key` changes; the answer before stays meanwhile. */
import { useEffect, useRef, useState } from 'react';
import { faultText } from './fault-text.js';

interface Reading<Answer> {
  readonly answer: Answer | undefined;
  readonly trouble: string | undefined;
}

export function useReading<Answer>(read: (signal: AbortSignal) => Promise<Answer>, key: string): Reading<Answer> {
  const [reading, setReading] = useState<Reading<Answer>>({ answer: undefined, trouble: undefined });
  const latest = useRef(read);
  latest.current = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is why it is read again
  useEffect(() => {
    const leaving = new AbortController();
    latest.current(leaving.signal).then(
      answer => setReading({ answer, trouble: undefined }),
      error => {
        if (!leaving.signal.aborted) setReading(before => ({ ...before, trouble: faultText(error) }));
      },
    );
    return () => leaving.abort();
  }, [key]);
  return reading;
}
