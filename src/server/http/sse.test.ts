import { describe, expect, it } from 'vitest';
import { EventStream } from './sse.ts';

const textOf = (stream: EventStream) => new Response(stream.body).text();

describe('an event stream', () => {
  it('writes one data line per event', async () => {
    const stream = new EventStream(-1, () => {});
    stream.send({ content: 'a\nb' });
    stream.send([1]);
    stream.close();
    expect(await textOf(stream)).toBe('data: {"content":"a\\nb"}\n\ndata: [1]\n\n');
  });

  it('writes the name of an event that has one', async () => {
    const stream = new EventStream(-1, () => {});
    stream.send({ type: 'a' }, 'a');
    stream.close();
    expect(await textOf(stream)).toBe('event: a\ndata: {"type":"a"}\n\n');
  });

  it('breaks silence with comments, and only silence', async () => {
    const stream = new EventStream(0.04, () => {});
    const text = textOf(stream);
    await new Promise(resolve => setTimeout(resolve, 60));
    stream.send(1);
    stream.close();
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(await text).toBe(':\n\ndata: 1\n\n');
  });

  it('tells of a reader that gives up, and swallows what is sent after', async () => {
    let nCancelled = 0;
    const stream = new EventStream(30, () => nCancelled++);
    stream.send(1);
    await stream.body.cancel();
    stream.send(2);
    stream.close();
    expect(nCancelled).toBe(1);
  });
});
