import { isBundled, type State } from '../state.ts';

const STORIES = [
  'Once upon a time there was a brave dog who lost a red ball.',
  'The wise old owl said,',
  'I believe the meaning of life is',
  'It rained all day, and a little girl named Lily',
];

const QUESTIONS = [
  'Explain speculative decoding as to a child of ten.',
  'Write a short story that begins with rain.',
  'Give me three names for a small grey cat, each with a reason.',
  'Write a function that says whether a year is a leap year, with tests.',
];

interface WelcomeProps {
  readonly state: State;
  readonly onSuggestion: (text: string) => void;
  /** Opens the list of models. */
  readonly onModels: () => void;
}

/** Empty conversation: what this page is, and something to click. */
export function Welcome({ state, onSuggestion, onModels }: WelcomeProps) {
  const stories = isBundled(state);
  return (
    <div class="welcome">
      <h2>{stories ? 'Begin a story; the model goes on' : 'What is on your mind?'}</h2>
      <p>
        {stories
          ? 'A small language model runs on your GPU, in this tab, and a smaller one runs ahead of it. These two write children’s little stories and know nothing else. For questions and answers choose a larger model: it is downloaded once and stays here.'
          : 'The model runs on your GPU, in this tab. What you write stays on this machine.'}
      </p>
      {stories && (
        <button type="button" class="choose" data-testid="choose-model" onClick={onModels}>
          Choose a model
        </button>
      )}
      <ul class="suggestions" aria-label="Suggestions">
        {(stories ? STORIES : QUESTIONS).map(text => (
          <li key={text}>
            <button type="button" data-testid="suggestion" onClick={() => onSuggestion(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
