import type { Answer, AnswerCall } from '../answer.ts';
import type { ReadAnswer } from '../answerReader.ts';
import { settled } from '../marks.ts';
import { Cursor } from './cursor.ts';
import { CHANNEL_MARKS } from './toolFormat.ts';

// gpt-oss answers with messages to several recipients. A message has a header, with a channel and an optional recipient, and a
// body. Source: OpenAI's harmony format, cookbook.openai.com/articles/openai-harmony.

const [CHANNEL, MESSAGE, START] = CHANNEL_MARKS;
/** Marks that end a body. Marks that end the answer rarely appear in its text. */
const ENDS = ['<|end|>', '<|call|>', '<|return|>', START, CHANNEL] as const;
const MARKS = [...ENDS, MESSAGE];
/** Matches the function name in a header, and a header that starts with it. */
const RECIPIENT = /to=functions\.([^\s<]*)/;
const RECIPIENT_FIRST = /^ ?to=/;

interface Message {
  /** Start of the header, behind the role. */
  readonly at: number;
  readonly header: string;
  /** Null while the header is incomplete. */
  readonly body: string | null;
  readonly isClosed: boolean;
  /** End of the body. */
  readonly end?: number;
}

/** Splits an answer into messages. The role of the first message is in the prompt. */
function messagesOf(text: string, isWhole: boolean): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < text.length; ) {
    const isStarted = text.startsWith(START, at);
    if (isStarted) at += START.length;
    const rest = text.slice(at);
    const role = isStarted ? (/^\s*\w*/.exec(rest)?.[0].length ?? 0) : 0;
    if (
      isStarted ||
      rest.startsWith(CHANNEL) ||
      RECIPIENT_FIRST.test(rest) ||
      (!isWhole && /^ ?t?o?$/.test(rest))
    ) {
      const end = rest.indexOf(MESSAGE);
      const header = end < 0 ? rest.slice(role) : rest.slice(role, end);
      if (end < 0) return [...messages, { at: at + role, header, body: null, isClosed: false }];
      messages.push({ at: at + role, header, ...bodyAt(text, at + end + MESSAGE.length) });
    } else {
      messages.push({ at, header: '', ...bodyAt(text, at) });
    }
    at = behind(text, messages.at(-1)?.end ?? text.length);
  }
  return messages;
}

function bodyAt(text: string, at: number) {
  const found = ENDS.map(mark => text.indexOf(mark, at)).filter(end => end >= 0);
  const end = Math.min(text.length, ...found);
  return { body: text.slice(at, end), isClosed: found.length > 0, end };
}

/** Start of the next message, behind the mark that ends the body. */
function behind(text: string, end: number): number {
  const mark = ENDS.find(each => text.startsWith(each, end)) ?? '';
  return mark === START || mark === CHANNEL ? end : end + mark.length;
}

/**
 * Parses the channels of an answer: `analysis` holds thoughts, a message to a function is a call, any other message is content.
 * `showsThoughts`: thoughts stay in the content, with their marks.
 */
export function readChannels(showsThoughts: boolean): ReadAnswer {
  return (text, isWhole): Answer => {
    const thoughts: string[] = [];
    const said: string[] = [];
    const calls: AnswerCall[] = [];
    for (const { header, body, isClosed } of messagesOf(isWhole ? text : settled(text, MARKS), isWhole)) {
      // A header without a body is where the answer was cut off.
      if (body === null) continue;
      const name = RECIPIENT.exec(header)?.[1];
      if (name !== undefined) calls.push({ name, arguments: new Cursor(body).value().text });
      else if (!header.startsWith(`${CHANNEL}analysis`)) said.push(body);
      else if (showsThoughts) said.push(`${header}${MESSAGE}${body}${isClosed ? '<|end|>' : ''}`);
      else thoughts.push(body);
    }
    return { reasoning: thoughts.join('\n').trim(), content: said.join('\n'), calls };
  };
}

/** Start of the header of the first call; null if there is none yet. */
export function findChannelCall(text: string): number | null {
  const call = messagesOf(text, false).find(({ header }) => RECIPIENT.test(header));
  return call?.at ?? null;
}
