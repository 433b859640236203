// SPDX-License-Identifier: MIT
// The event stream's state machine: framing, every event once, gaps, endings, and what is tried when.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveState } from '~/api/live';
import type { StreamEvent } from '~/api/stream/events';
import { createLink, type Link, next } from '~/api/stream/link';
import type { EventPage } from '~/api/stream/reader';
import { type Frame, frameReader } from '~/lib/sse';
import { createThrottle } from '~/lib/throttle';

describe('framing', () => {
  const text =
    'id: 7\r\nevent: order\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: ping\n\nretry: 1500\revent: bye\r\r';
  const frames: Frame[] = [
    { id: '7', event: 'order', data: '{"a":\n1}', retryMs: null },
    { id: null, event: 'bye', data: '', retryMs: 1500 },
  ];

  it.each([1, 2, 3, 7, 1000])('in pieces of %d characters', (size) => {
    const seen: Frame[] = [];
    const take = frameReader((frame) => seen.push(frame));
    for (let at = 0; at < text.length; at += size) take(text.slice(at, at + size));
    // A return at the very end may be half of a line end.
    take('\n');
    expect(seen).toEqual(frames);
  });

  it('refuses a line without an end', () => {
    const take = frameReader(() => {});
    expect(() => take('data: '.padEnd(70_000, 'x'))).toThrow();
  });
});

interface Connection {
  after: number | null;
  send(text: string): Promise<void>;
  close(): Promise<void>;
  aborted(): boolean;
}

/** Lets everything that needs no time happen. */
const settle = async () => {
  await vi.advanceTimersByTimeAsync(0);
};

class Bench {
  connections: Connection[] = [];
  states: LiveState[] = [];
  seqs: number[] = [];
  resets = 0;
  renewals = 0;
  pages: EventPage[] = [];
  asked: number[] = [];
  renews = true;
  place: { after: number | null } = { after: null };
  link: Link;

  constructor(public refuse: (() => Response) | null = null) {
    this.link = createLink({
      place: this.place,
      open: async (after, signal) => {
        if (this.refuse) {
          this.connections.push({ after, send: settle, close: settle, aborted: () => true });
          return this.refuse();
        }
        const { readable, writable } = new TransformStream<Uint8Array>();
        const writer = writable.getWriter();
        const send = async (text: string) => {
          writer.write(new TextEncoder().encode(text)).catch(() => {});
          await settle();
        };
        const close = async () => {
          writer.close().catch(() => {});
          await settle();
        };
        this.connections.push({ after, send, close, aborted: () => signal.aborted });
        return new Response(readable, { headers: { 'Content-Type': 'text/event-stream' } });
      },
      readEvents: async (after) => {
        this.asked.push(after);
        const page = this.pages.shift();
        if (!page) throw new Error('nothing there');
        return page;
      },
      onEvents: (events: readonly StreamEvent[]) => {
        for (const { data } of events) this.seqs.push('seq' in data ? data.seq : 0);
      },
      onReset: () => {
        this.resets += 1;
      },
      onPulse: () => {},
      renew: async () => {
        this.renewals += 1;
        return this.renews;
      },
      onState: (state) => {
        if (this.states.at(-1) !== state) this.states.push(state);
      },
    });
  }

  get now(): Connection {
    const last = this.connections.at(-1);
    if (!last) throw new Error('no connection');
    return last;
  }
}

const trade = (seq: number) => `id: ${seq}\nevent: trade\ndata: {"seq":${seq},"asset_id":"BTC"}\n\n`;
const hello = (seq: number) => `id: ${seq}\nevent: hello\ndata: {"seq":${seq}}\n\n`;
const listed = (...seqs: number[]) =>
  seqs.map((seq) => ({ seq, type: 'trade', data: { seq, asset_id: 'BTC' } }));

describe('link', () => {
  let bench: Bench;

  beforeEach(async () => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    bench = new Bench();
    await settle();
  });

  afterEach(() => {
    bench.link.stop();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('is live from the hello on and passes each event once', async () => {
    expect(bench.states).toEqual([]);
    await bench.now.send(hello(3));
    expect(bench.states).toEqual(['live']);
    expect(bench.resets).toBe(1);
    await bench.now.send(trade(4) + trade(5) + trade(5) + trade(4));
    await bench.now.send('event: ticker\ndata: {"asset_id":"BTC"}\n\nevent: fashion\ndata: {}\n\n');
    expect(bench.seqs).toEqual([4, 5, 0]);
    expect(bench.place.after).toBe(5);
  });

  it('goes on after its last event when the server says good-bye, at the time it names', async () => {
    await bench.now.send(hello(3) + trade(4));
    await bench.now.send('retry: 2500\nevent: bye\ndata: {}\n\n');
    expect(bench.states).toEqual(['live', 'reconnecting']);
    await vi.advanceTimersByTimeAsync(2900);
    expect(bench.connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(bench.connections).toHaveLength(2);
    expect(bench.now.after).toBe(4);
    expect(bench.states.at(-1)).toBe('live');
    await bench.now.send(trade(4) + trade(5));
    expect(bench.seqs).toEqual([4, 5]);
    expect(bench.resets).toBe(1);
  });

  it('counts a quiet stream as lost after 35 s, and pings keep it', async () => {
    await bench.now.send(hello(3));
    await vi.advanceTimersByTimeAsync(34_000);
    await bench.now.send(': ping\n\n');
    await vi.advanceTimersByTimeAsync(34_000);
    expect(bench.states).toEqual(['live']);
    const old = bench.now;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(old.aborted()).toBe(true);
    expect(bench.states.at(-1)).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(bench.states.at(-1)).toBe('live');
  });

  it('reads what a gap leaves out, in order, before what came meanwhile', async () => {
    await bench.now.send(hello(3));
    await bench.now.close();
    bench.pages = [
      { events: listed(4, 5), next_after: 6, has_more: true },
      { events: listed(7, 9), next_after: 9, has_more: true },
    ];
    await vi.advanceTimersByTimeAsync(1_500);
    await bench.now.send(`event: gap\ndata: {"after":3,"first":9}\n\n${trade(9)}${trade(10)}`);
    expect(bench.asked).toEqual([3, 6]);
    expect(bench.seqs).toEqual([4, 5, 7, 9, 10]);
    expect(bench.place.after).toBe(10);
    expect(bench.resets).toBe(1);
    await bench.now.send(trade(11));
    expect(bench.seqs.at(-1)).toBe(11);
  });

  it('asks for everything when a gap cannot be read', async () => {
    await bench.now.send(hello(3));
    await bench.now.close();
    await vi.advanceTimersByTimeAsync(1_500);
    await bench.now.send(`event: gap\ndata: {"after":3,"first":9}\n\n${trade(9)}`);
    expect(bench.resets).toBe(2);
    await bench.now.send(trade(9) + trade(12));
    expect(bench.seqs).toEqual([12]);
  });

  it('starts over with a server that counts from elsewhere', async () => {
    await bench.now.send(hello(300));
    await bench.now.send(`event: gap\ndata: {"after":300,"first":5}\n\n${trade(5)}`);
    expect(bench.resets).toBe(2);
    expect(bench.asked).toEqual([]);
    expect(bench.seqs).toEqual([5]);
  });

  it('renews the session once when it runs out, and then waits', async () => {
    await bench.now.send(hello(3));
    await vi.advanceTimersByTimeAsync(11_000);
    await bench.now.send('event: auth\ndata: {"reason":"expired"}\n\n');
    expect(bench.renewals).toBe(1);
    expect(bench.connections).toHaveLength(2);
    await bench.now.send('event: auth\ndata: {}\n\n');
    expect(bench.renewals).toBe(1);
    expect(bench.connections).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bench.connections).toHaveLength(3);
  });

  it('does not renew a session that was ended: the person may be signing out', async () => {
    await bench.now.send(hello(3));
    await bench.now.send('id: 3\nevent: auth\ndata: {"reason":"revoked"}\n\n');
    expect(bench.renewals).toBe(0);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(bench.connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bench.connections).toHaveLength(2);
    expect(bench.renewals).toBe(0);
  });

  it('polls where there is no stream, and looks again much later', async () => {
    bench.link.stop();
    bench = new Bench(() => new Response(null, { status: 404 }));
    await settle();
    expect(bench.states).toEqual(['polling']);
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(bench.connections).toHaveLength(1);
    bench.refuse = null;
    await vi.advanceTimersByTimeAsync(61_000);
    await bench.now.send(hello(1));
    expect(bench.states).toEqual(['polling', 'live']);
  });

  it('polls behind a proxy that lets nothing through', async () => {
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.states).toEqual(['polling']);
    expect(bench.now.aborted()).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.connections).toHaveLength(1);
  });

  it('stops trying when it is stopped, and tries at once when the network is back', async () => {
    await bench.now.send(hello(3));
    bench.refuse = () => {
      throw new TypeError('no network');
    };
    await bench.now.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(bench.states).toEqual(['live', 'reconnecting', 'polling']);
    const before = bench.connections.length;
    bench.refuse = null;
    bench.link.hurry();
    await settle();
    expect(bench.connections.length).toBe(before + 1);
    expect(bench.states.at(-1)).toBe('live');
    bench.link.stop();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(bench.connections.length).toBe(before + 1);
  });
});

it.each([
  [{ kind: 'refused', status: 429, retryMs: 9_000 } as const, 1, true, 'polling', 9_000],
  [{ kind: 'refused', status: 503, retryMs: null } as const, 1, true, 'reconnecting', 1_000],
  [{ kind: 'refused', status: 503, retryMs: null } as const, 4, true, 'polling', 8_000],
  [{ kind: 'lost' } as const, 1, false, 'polling', 1_000],
  [{ kind: 'lost' } as const, 20, true, 'polling', 60_000],
])('%j, failure %d, lived %j: %s', (ending, failures, lived, state, waitMs) => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  expect(next(ending, failures, lived)).toEqual({ state, waitMs });
  random.mockRestore();
});

it('what is asked for often is done at once, and then once a pause', () => {
  vi.useFakeTimers();
  const done: string[] = [];
  const throttle = createThrottle(1_000);
  for (const word of ['a', 'b', 'c']) throttle.ask('one', () => done.push(word));
  throttle.ask('other', () => done.push('x'));
  expect(done).toEqual(['a', 'x']);
  vi.advanceTimersByTime(1_000);
  expect(done).toEqual(['a', 'x', 'c']);
  throttle.ask('one', () => done.push('d'));
  throttle.stop();
  vi.advanceTimersByTime(5_000);
  expect(done).toEqual(['a', 'x', 'c']);
  vi.useRealTimers();
});
