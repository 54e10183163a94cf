export interface ProblemTextProps {
  readonly title: string;
  readonly advice: readonly string[];
  readonly message: string;
}

/** Description of a problem, with advice and the error's own message. */
export function ProblemText({ title, advice, message }: ProblemTextProps) {
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {advice.map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="message">
        <code>{message}</code>
      </p>
    </>
  );
}
