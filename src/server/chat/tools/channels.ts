import type { Answer, AnswerCall } from '../answer.ts';
import type { ReadAnswer } from '../answerReader.ts';
import { settled } from '../marks.ts';
import { Cursor } from './cursor.ts';

// gpt-oss answers in messages to several readers. Each has a header with a channel and perhaps a recipient, and a body.
// Source: OpenAI's harmony format, cookbook.openai.com/articles/openai-harmony.

const START = '<|start|>';
const CHANNEL = '<|channel|>';
const MESSAGE = '<|message|>';
/** What a body ends with. Those that end the answer are seldom seen in its text. */
const ENDS = ['<|end|>', '<|call|>', '<|return|>', START, CHANNEL] as const;
const MARKS = [...ENDS, MESSAGE, '<|constrain|>'];
/** The beginning of a header that names a function. */
const RECIPIENT = /to=functions\.([^\s<]*)/;

interface Message {
  /** Where its header begins, behind the role. */
  readonly at: number;
  readonly header: string;
  /** Null while the header is being written. */
  readonly body: string | null;
  readonly isClosed: boolean;
}

/** Splits an answer, whose role the prompt has, into its messages. */
function messagesOf(text: string): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < text.length; ) {
    if (text.startsWith(START, at)) at += START.length;
    if (text.startsWith('assistant', at)) at += 'assistant'.length;
    const bodyMark = text.indexOf(MESSAGE, at);
    const opensHeader = text.startsWith(CHANNEL, at) || /^\s*to=/.test(text.slice(at));
    if (opensHeader && bodyMark < 0) {
      messages.push({ at, header: text.slice(at), body: null, isClosed: false });
      break;
    }
    const from = opensHeader ? bodyMark + MESSAGE.length : at;
    const end = ENDS.map(mark => ({ mark, at: text.indexOf(mark, from) }))
      .filter(found => found.at >= 0)
      .reduce((a, b) => (b.at < a.at ? b : a), { mark: '', at: text.length });
    const header = opensHeader ? text.slice(at, bodyMark) : '';
    if (opensHeader || end.at > from) {
      messages.push({ at, header, body: text.slice(from, end.at), isClosed: end.mark !== '' });
    }
    at = end.mark === START || end.mark === CHANNEL ? end.at : end.at + end.mark.length;
    if (end.mark === CHANNEL && end.at === from && !opensHeader && end.at === text.length) break;
  }
  return messages;
}

/**
 * Reads the channels of an answer: `analysis` is thought, a message to a function is a call, and any other is content.
 * `showsThoughts`: thoughts stay in the content, in their marks.
 */
export function readChannels(showsThoughts: boolean): ReadAnswer {
  return (text, isWhole): Answer => {
    const thoughts: string[] = [];
    const said: string[] = [];
    const calls: AnswerCall[] = [];
    const told = isWhole ? text : settled(text, MARKS);
    for (const { header, body, isClosed } of messagesOf(told)) {
      if (body === null) {
        // A header that never got a body is what the answer was cut off at, or no header.
        continue;
      }
      const name = RECIPIENT.exec(header)?.[1];
      if (name !== undefined) calls.push({ name, arguments: new Cursor(body).value().text });
      else if (!header.startsWith(`${CHANNEL}analysis`)) said.push(body);
      else if (showsThoughts) said.push(`${header}${MESSAGE}${body}${isClosed ? '<|end|>' : ''}`);
      else thoughts.push(body);
    }
    return { reasoning: thoughts.join('\n').trim(), content: said.join('\n'), calls };
  };
}

/** Where the header of a call begins; null if there is none yet. */
export function findChannelCall(text: string): number | null {
  const call = messagesOf(text).find(({ header }) => /to=functions\./.test(header));
  return call?.at ?? null;
}
