import { describe, expect, it } from 'vitest';
import { EventStream } from './sse.ts';

const textOf = (stream: EventStream) => new Response(stream.body).text();

describe('an event stream', () => {
  it('each event is one data line', async () => {
    const stream = new EventStream(-1, () => {});
    stream.send({ content: 'a\nb' });
    stream.send([1]);
    stream.close();
    expect(await textOf(stream)).toBe('data: {"content":"a\\nb"}\n\ndata: [1]\n\n');
  });

  it('a named event has a line with its name', async () => {
    const stream = new EventStream(-1, () => {});
    stream.send({ type: 'a' }, 'a');
    stream.close();
    expect(await textOf(stream)).toBe('event: a\ndata: {"type":"a"}\n\n');
  });

  it('a comment is sent in silence only', async () => {
    const stream = new EventStream(0.04, () => {});
    const text = textOf(stream);
    await new Promise(resolve => setTimeout(resolve, 60));
    stream.send(1);
    stream.close();
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(await text).toBe(':\n\ndata: 1\n\n');
  });

  it('a cancelled reader is reported, and later events are dropped', async () => {
    let nCancelled = 0;
    const stream = new EventStream(30, () => nCancelled++);
    stream.send(1);
    await stream.body.cancel();
    stream.send(2);
    stream.close();
    expect(nCancelled).toBe(1);
  });
});
