import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.js';

export interface Resource<T> {
  /** The last answer; stays while the same is asked for again. */
  readonly data?: T;
  readonly error?: ApiError;
  readonly reload: () => void;
}

/** Asks once for each value of `key`, and again on `reload`. Answers that come too late are dropped. */
export function useResource<T>(key: string, load: () => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError }>({ key: '' });
  const [round, setRound] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    const mine = ++latest.current;
    load().then(
      (data) => mine === latest.current && setState({ key, data }),
      (error) => mine === latest.current && setState((before) => ({ ...(before.key === key && before), key, error })),
    );
    return () => {
      latest.current++;
    };
  }, [key, round]);
  // What belongs to another key is not shown.
  const own = state.key === key ? state : undefined;
  return { data: own?.data, error: own?.error, reload: () => setRound((count) => count + 1) };
}
