/** A thing that lives as long as the component that shows it: made anew when `key` changes, closed when nobody looks any more. */
import { useEffect, useRef, useState } from 'react';

export function useOwned<Thing extends { close(): void }>(make: () => Thing, key: string): Thing | undefined {
  const [owned, setOwned] = useState<{ key: string; thing: Thing }>();
  const making = useRef(make);
  making.current = make;
  useEffect(() => {
    const thing = making.current();
    setOwned({ key, thing });
    return () => thing.close();
  }, [key]);
  return owned?.key === key ? owned.thing : undefined;
}
