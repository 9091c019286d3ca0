import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.js';

export interface Resource<T> {
  /** The last answer; stays while the next one is on its way. */
  readonly data?: T;
  readonly error?: ApiError;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Asks once for each value of `key`, and again on `reload`. Answers that come too late are dropped. */
export function useResource<T>(key: string, load: () => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError; loading: boolean }>({ key: '', loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    const mine = ++latest.current;
    setState((before) => ({ ...before, key: before.key, loading: true }));
    load().then(
      (data) => mine === latest.current && setState({ key, data, loading: false }),
      (error) =>
        mine === latest.current && setState((before) => ({ ...(before.key === key && before), key, error, loading: false })),
    );
    return () => {
      latest.current++;
    };
  }, [key, round]);
  // What belongs to another key is not shown.
  const own = state.key === key ? state : { loading: true };
  return { ...own, reload: () => setRound((count) => count + 1) };
}

/** Calls `tick` every so often while the page is seen. */
export function useInterval(tick: () => void, everyMs: number): void {
  const latest = useRef(tick);
  latest.current = tick;
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
