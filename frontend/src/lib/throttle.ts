// SPDX-License-Identifier: MIT
// Work that may be asked for many times a second and is done at most once in a while: at once, then after each pause.

export interface Throttle {
  ask(name: string, work: () => void): void;
  stop(): void;
}

export function createThrottle(pauseMs: number): Throttle {
  /** What waits for the end of its pause; null: nothing asked for since. */
  const pausing = new Map<string, (() => void) | null>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  function begin(name: string, work: () => void): void {
    pausing.set(name, null);
    work();
    const timer = setTimeout(() => {
      timers.delete(timer);
      const waiting = pausing.get(name);
      pausing.delete(name);
      if (waiting) begin(name, waiting);
    }, pauseMs);
    timers.add(timer);
  }

  return {
    ask(name, work) {
      if (pausing.has(name)) pausing.set(name, work);
      else begin(name, work);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      pausing.clear();
    },
  };
}
