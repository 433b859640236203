// SPDX-License-Identifier: MIT
// One stream kept up over everything that ends streams: who tries again when, and what the page is told meanwhile.
import type { LiveState } from '~/api/live';
import { type Ending, readStream, type StreamPorts } from '~/api/stream/reader';

interface LinkPorts extends StreamPorts {
  /** Makes the session new; false when it has ended. */
  renew(): Promise<boolean>;
  onState(state: LiveState): void;
}

const BYE_MS = 1_000;
/** The person is signing out, mostly: the answer to that comes after the end of the stream. */
const REVOKED_MS = 3_000;
const SPREAD_MS = 1_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** Proxies that buffer, and servers without a stream, do not change in a minute. */
const HOPELESS_MS = 5 * 60_000;
/** A stream that lasted so long was a good one. */
const STEADY_MS = 10_000;
/** Failures in a row for which a stream that was there is called reconnecting. */
const PATIENCE = 3;

const spread = () => Math.random() * SPREAD_MS;

interface Next {
  state: LiveState;
  waitMs: number;
}

/** What to do after an ending, the nth in a row without a single byte in between. */
export function next(ending: Ending, failures: number, everLived: boolean): Next {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS) + spread();
  const state = everLived && failures <= PATIENCE ? 'reconnecting' : 'polling';
  switch (ending.kind) {
    case 'bye':
      return { state: 'reconnecting', waitMs: (ending.retryMs ?? BYE_MS) + spread() };
    case 'auth':
      return ending.revoked ? { state: 'reconnecting', waitMs: REVOKED_MS + spread() } : { state, waitMs };
    case 'silent':
      return { state: 'polling', waitMs: HOPELESS_MS };
    case 'refused':
      if (ending.retryMs !== null) return { state: 'polling', waitMs: ending.retryMs + spread() };
      return ending.status >= 400 && ending.status < 500
        ? { state: 'polling', waitMs: HOPELESS_MS }
        : { state, waitMs };
    default:
      return { state, waitMs };
  }
}

const askedToRenew = (ending: Ending) =>
  (ending.kind === 'auth' && !ending.revoked) || (ending.kind === 'refused' && ending.status === 401);

export interface Link {
  stop(): void;
  /** Tries at once if it is waiting. */
  hurry(): void;
}

/** Runs until it is stopped. */
export function createLink(ports: LinkPorts): Link {
  const stopped = new AbortController();
  let wake = () => {};

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    let everLived = false;
    let renewed = false;
    while (!stopped.signal.aborted) {
      let liveAt = Number.POSITIVE_INFINITY;
      const onLive = () => {
        everLived = true;
        liveAt = Date.now();
        ports.onState('live');
      };
      const ending = await readStream(ports, onLive, stopped.signal);
      if (stopped.signal.aborted) return;
      if (Date.now() - liveAt > STEADY_MS) {
        failures = 0;
        renewed = false;
      }
      // Once in a row: a server that refuses what it has just renewed is not asked in a circle.
      if (askedToRenew(ending) && !renewed) {
        renewed = true;
        ports.onState(everLived ? 'reconnecting' : 'polling');
        if (await ports.renew()) continue;
      }
      failures += 1;
      const { state, waitMs } = next(ending, failures, everLived);
      ports.onState(state);
      await wait(waitMs);
    }
  }

  void run();
  return {
    stop() {
      stopped.abort();
      wake();
    },
    hurry: () => wake(),
  };
}
