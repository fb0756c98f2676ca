/** Numbers as people read them. */
const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
const step = 1024;

/** `1536` → `1.5 KB` */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `1234567` → `1,234,567` */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** `83_500` → `1 min 23 s` */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  return minutes < 60 ? `${minutes} min ${seconds} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long from one time to another, or until now. */
export function between(start: string | null, end: string | null): string {
  return start === null ? '–' : durationText((end === null ? Date.now() : Date.parse(end)) - Date.parse(start));
}

/** `14:03:22`, with the date if it was another day. */
export function timeText(iso: string): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? time.toLocaleTimeString() : time.toLocaleString();
}
