// SPDX-License-Identifier: MIT
// One connection from opening to end: every event once, in order; what a gap leaves out is read from the event list.
import { numberOf, readEvent, type StreamEvent } from '~/api/stream/events';
import { type Frame, frameReader } from '~/lib/sse';

export interface EventPage {
  events: readonly { seq: number; type: string; data: unknown }[];
  next_after: number;
  has_more: boolean;
}

/** Number of the last event that was passed on; null before there is one. */
export interface Place {
  after: number | null;
}

export interface StreamPorts {
  place: Place;
  open(after: number | null, signal: AbortSignal): Promise<Response>;
  readEvents(after: number, signal: AbortSignal): Promise<EventPage>;
  onEvents(events: readonly StreamEvent[]): void;
  /** What was told so far is not the whole: everything has to be asked for again. */
  onReset(): void;
  /** A sign of life. */
  onPulse(): void;
}

export type Ending =
  | { kind: 'bye'; retryMs: number | null }
  /** revoked: the session itself is over; otherwise its token has run out. */
  | { kind: 'auth'; revoked: boolean }
  | { kind: 'lost' }
  /** Nothing came through although it was accepted: something on the way buffers. */
  | { kind: 'silent' }
  | { kind: 'refused'; status: number; retryMs: number | null };

/** A stream begins with a hello. */
const HELLO_MS = 10_000;
/** Two pings of 15 s may be late. */
const STALE_MS = 35_000;
const GAP_PAGES = 20;
const HELD_MAX = 5_000;

type End = (ending: Ending) => void;

class Reader {
  #fresh: StreamEvent[] = [];
  /** What came behind a gap that is still being read. */
  #held: StreamEvent[] | null = null;

  constructor(
    private readonly ports: StreamPorts,
    private readonly signal: AbortSignal,
    private readonly end: End,
  ) {}

  take(frame: Frame): void {
    const data: unknown = frame.data === '' ? null : JSON.parse(frame.data);
    if (frame.event === 'bye') this.end({ kind: 'bye', retryMs: frame.retryMs });
    else if (frame.event === 'auth')
      this.end({ kind: 'auth', revoked: (data as { reason?: string } | null)?.reason === 'revoked' });
    else if (frame.event === 'hello') this.#hello((data as { seq: number }).seq);
    else if (frame.event === 'gap') {
      const { after, first } = data as { after: number; first: number };
      void this.#fill(after, first);
    } else {
      const event = readEvent(frame.event, data);
      if (event && this.#held && numberOf(event) > 0) this.#hold(event);
      else if (event) this.#pass(event);
    }
  }

  /** Passes on what has come since the last call. */
  flush(): void {
    if (this.#fresh.length > 0) this.ports.onEvents(this.#fresh);
    this.#fresh = [];
  }

  #hello(seq: number): void {
    const { place } = this.ports;
    if (place.after === seq) return;
    // Either the first stream of this page, or the server counts from elsewhere.
    place.after = seq;
    this.ports.onReset();
  }

  #pass(event: StreamEvent): void {
    const seq = numberOf(event);
    const { place } = this.ports;
    if (seq > 0 && seq <= (place.after ?? 0)) return;
    if (seq > 0) place.after = seq;
    this.#fresh.push(event);
  }

  #hold(event: StreamEvent): void {
    this.#held?.push(event);
    if ((this.#held?.length ?? 0) > HELD_MAX) this.#give();
  }

  /** The gap is not read to its end: the pages ask for everything, which is the truth as well. */
  #give(): void {
    const last = this.#held?.at(-1);
    this.#held = null;
    if (last) this.ports.place.after = numberOf(last);
    this.ports.onReset();
  }

  async #fill(after: number, first: number): Promise<void> {
    if (after >= first) {
      // The server counts from elsewhere: there is nothing to read between the two.
      this.ports.place.after = first - 1;
      this.ports.onReset();
      return;
    }
    this.#held = [];
    let at = after;
    let whole = false;
    try {
      for (let page = 0; page < GAP_PAGES && !whole && this.#held; page += 1) {
        const reply = await this.ports.readEvents(at, this.signal);
        if (this.signal.aborted) return;
        for (const { seq, type, data } of reply.events) {
          const event = seq < first ? readEvent(type, data) : null;
          if (event) this.#pass(event);
        }
        whole = reply.next_after >= first - 1 || !reply.has_more;
        at = reply.next_after;
      }
    } catch {
      if (this.signal.aborted) return;
    }
    this.ports.place.after = Math.max(this.ports.place.after ?? 0, first - 1);
    if (!this.#held) return;
    if (!whole) return this.#give();
    const held = this.#held;
    this.#held = null;
    for (const event of held) this.#pass(event);
    this.flush();
  }
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? 'none');
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

const isStream = (response: Response) =>
  response.ok && (response.headers.get('Content-Type') ?? '').startsWith('text/event-stream');

/** Reads one stream to its end, which it tells; never throws. */
export async function readStream(ports: StreamPorts, onLive: () => void, stop: AbortSignal): Promise<Ending> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  let ending: Ending | null = null;
  const end: End = (how) => {
    ending ??= how;
    over.abort();
  };
  const resumed = ports.place.after !== null;
  let timer = setTimeout(end, HELLO_MS, { kind: resumed ? 'lost' : 'silent' });
  const pulse = () => {
    clearTimeout(timer);
    timer = setTimeout(end, STALE_MS, { kind: 'lost' });
  };
  try {
    const response = await ports.open(ports.place.after, signal);
    if (!isStream(response) || !response.body) {
      void response.body?.cancel();
      return { kind: 'refused', status: response.status, retryMs: retryAfter(response) };
    }
    // One that goes on says nothing before there is something to say.
    if (resumed) {
      pulse();
      onLive();
    }
    const reader = new Reader(ports, signal, end);
    let begun = resumed;
    const take = frameReader((frame) => reader.take(frame));
    const decoder = new TextDecoder();
    const bytes = response.body.getReader();
    signal.addEventListener('abort', () => void bytes.cancel().catch(() => {}));
    for (;;) {
      const { done, value } = await bytes.read();
      if (done || signal.aborted) break;
      pulse();
      take(decoder.decode(value, { stream: true }));
      reader.flush();
      ports.onPulse();
      if (!begun && !signal.aborted) onLive();
      begun = true;
    }
  } catch {
    // Refused, cut or damaged: the next connection goes on where this one came to.
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  return ending ?? { kind: 'lost' };
}
