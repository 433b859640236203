// SPDX-License-Identifier: MIT
// Server-sent events out of pieces of text, cut anywhere. The browser's own EventSource tells neither the status of a
// refusal nor the comments that prove a quiet stream alive.

export interface Frame {
  event: string;
  data: string;
  id: string | null;
  retryMs: number | null;
}

/** Longer lines are not ours. */
const LINE_MAX = 64 * 1024;

const empty = (): Frame => ({ event: 'message', data: '', id: null, retryMs: null });

/** Gives the function that takes the text; a line that is too long is an error. */
export function frameReader(onFrame: (frame: Frame) => void): (text: string) => void {
  let rest = '';
  let frame = empty();
  let begun = false;

  function field(name: string, value: string): void {
    if (name === 'event') frame.event = value;
    else if (name === 'data') frame.data += frame.data === '' ? value : `\n${value}`;
    else if (name === 'id') frame.id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) frame.retryMs = Number(value);
    else return;
    begun = true;
  }

  function line(text: string): void {
    if (text === '') {
      if (begun) onFrame(frame);
      frame = empty();
      begun = false;
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? text : text.slice(0, colon);
    field(name, colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, ''));
  }

  return (text) => {
    rest += text;
    // The line feed that belongs to a carriage return may be in the next piece.
    const held = rest.endsWith('\r') ? '\r' : '';
    const lines = (held ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + held;
    if (rest.length > LINE_MAX) throw new Error('line of the stream is too long');
    for (const one of lines) line(one);
  };
}
